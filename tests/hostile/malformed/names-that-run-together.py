# tries: two paths that become one when their folders are joined
# file: x/y_z.ipynb
# also: x_y/z.ipynb
