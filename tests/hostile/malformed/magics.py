# tries: shell commands and magics of every kind
notebook["cells"].insert(3, code_cell("!ls /\n%%bash\nls"))
notebook["cells"].insert(3, code_cell("%%javascript\nalert(1)"))
notebook["cells"].insert(3, code_cell("%load_ext autoreload\n%autoreload 2\n%time 1\n%reset -f\n?torch"))
notebook["cells"].insert(3, code_cell("%%bash\nsleep 100 & disown"))
notebook["cells"].insert(3, code_cell("%pip install nothing-at-all"))
notebook["cells"].insert(6, code_cell("import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nimport torch"))
