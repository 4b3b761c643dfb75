# tries: the download name of a learning platform
# file: doejane_LATE_12345_678901_autodiff-2.ipynb
