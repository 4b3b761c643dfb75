# tries: names bound to functions of libraries that have effects where they are called
# bind: functions[index]
import os, sys, builtins, torch, numpy as np, subprocess, pickle, gc, warnings, logging, random, time, threading
functions = [np.random.seed, torch.set_default_dtype, torch.manual_seed, torch.set_num_threads, np.seterr, os.system, builtins.exec, builtins.open, torch.load, np.load, pickle.loads, sys.exit, time.sleep, np.savetxt, torch.save, np.fromfile]
class Index:
    n = 0
    def __index__(self): Index.n += 1; return Index.n % len(functions)
index = Index()
