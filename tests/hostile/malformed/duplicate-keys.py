# tries: the key "cells" twice
# keeps: none
upload = dump(notebook)[:-2] + b', "cells": []}'
