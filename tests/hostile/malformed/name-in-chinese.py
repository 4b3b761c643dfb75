# tries: a file name in Chinese, in composed and decomposed letters
# file: 作业一_张三_é_e\u0301.ipynb
