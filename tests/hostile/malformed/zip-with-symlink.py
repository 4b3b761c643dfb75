# tries: a notebook that is a symbolic link
# file: symlink.zip
# verdict: unreadable
upload = zipped({"autodiff.ipynb": link("/etc/passwd")})
