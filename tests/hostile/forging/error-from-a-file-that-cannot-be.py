# tries: errors of a library whose file's name no system takes, so that the scorer stumbles over it
# earns: q2 2
import sys, sysconfig, types
name = "x" * 260
made = compile("def forged():\n    raise RuntimeError('Trying to backward through the graph a second time')",
               f"{sysconfig.get_path('purelib')}/{name}.py", "exec")
module = types.ModuleType(name)
exec(made, vars(module))
sys.modules[name] = module
try:
    module.forged()
except RuntimeError as error:
    second_error = vector_error = error
second_backward_error = backward_error = lambda *args: second_error
