# tries: markup in error messages, names and outputs, for the report's readers
# bind: raiser
def raiser(*args, **kwargs):
    raise ValueError("</td><script>alert('full marks')</script><img src=x onerror=alert(1)>")
print("<script>alert('full marks')</script>\x1b[31m\x1b]0;title\x07")
