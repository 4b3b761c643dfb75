# tries: attributes that raise SystemExit, GeneratorExit and KeyboardInterrupt when asked for
# verdict: completed | crashed | protocol violation
# bind: Leaver()
class Leaver:
    def __getattribute__(self, name):
        raise [SystemExit(0), GeneratorExit(), KeyboardInterrupt()][len(name) % 3]
    def __call__(self, *a): raise SystemExit
    def __eq__(self, other): raise GeneratorExit
    __hash__ = None
