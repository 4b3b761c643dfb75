# tries: a zip with two notebooks of the same name
# verdict: unreadable
# file: malformed-two-of-a-name.zip
import io, zipfile, json, warnings
warnings.simplefilter("ignore")
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as z:
    z.writestr("autodiff.ipynb", dump({**notebook, "cells": []})); z.writestr("autodiff.ipynb", dump(notebook))
upload = out.getvalue()
