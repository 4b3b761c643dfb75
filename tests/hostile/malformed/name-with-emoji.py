# tries: a file name of emoji and right-to-left marks
# file: 🎓👩\u200d🎓\u202egnp.ipynb
