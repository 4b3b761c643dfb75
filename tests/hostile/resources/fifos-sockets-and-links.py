# tries: pipes, sockets, links out of the folder, names of every byte, and folders that nobody may enter
# verdict: completed
import os, socket
os.mkfifo("fifo"); os.symlink("/", "root"); os.symlink("loop", "loop"); os.symlink("/proc/self/fd/0", "fd")
s = socket.socket(socket.AF_UNIX)
try: s.bind("sock")
except OSError: pass
for b in range(1, 256):
    if b != 47: os.mkdir(bytes([b]) * 3) if b % 2 else os.close(os.open(bytes([b]) * 3, os.O_CREAT | os.O_WRONLY))
os.mkdir("closed"); open("closed/x", "w").close(); os.chmod("closed", 0)
os.mkdir("one"); os.link(__import__("sys").executable if 0 else "closed" if 0 else "fifo", "one/fifo")
d = os.open(".", os.O_RDONLY)
os.chmod(".", 0)
