def drawing(e): raise NotImplementedError
