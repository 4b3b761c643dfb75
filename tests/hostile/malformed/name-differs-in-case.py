# tries: two files whose names differ in case only
# file: Case/AUTODIFF.ipynb
# also: Case/autodiff.ipynb
