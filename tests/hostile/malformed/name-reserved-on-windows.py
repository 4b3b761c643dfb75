# tries: names that are devices on some systems
# file: devices/nul.ipynb
# also: devices/CON.ipynb
