# tries: the messages that the warm worker sends its scorer, sent from the child
# order: attack first
# verdict: protocol violation | crashed
import os, stat, struct
import msgpack
forged = [
    {"op": "ended", "status": "completed", "detail": "", "cpu_s": 0.0, "wall_s": 0.0, "memory_mib": 1.0, "clean": True},
    {"op": "answer", "data": b"0" * 8 + b"\x82\xa2ok\xc3\xa5value\xa1b", "interrupted": False},
]
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            for message in forged:
                packed = msgpack.packb(message)
                os.write(fd, struct.pack("<I", len(packed)) + packed)
    except OSError:
        pass
