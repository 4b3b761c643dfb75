# tries: a tar that is called .ipynb
# verdict: unreadable
import io, tarfile
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w") as t:
    i = tarfile.TarInfo("../../tmp/forged.ipynb"); i.size = 3; t.addfile(i, io.BytesIO(b"{}\n"))
upload = out.getvalue()
