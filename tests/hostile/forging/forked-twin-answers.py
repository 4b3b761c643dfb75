# tries: a forked twin that answers on the same channel at the same time
# verdict: completed | protocol violation
import gc, os, time
frames = ours("autograder.wall.frames")
FrameStream = frames.FrameStream
streams = [thing for thing in gc.get_objects() if isinstance(thing, FrameStream)]
if os.fork() == 0:
    for stream in streams:
        for _ in range(3):
            try:
                stream.send(b"12345678" + b"\x82\xa2ok\xc3\xa5value\xa1b")
            except BaseException:
                pass
            time.sleep(0.1)
    os._exit(0)
