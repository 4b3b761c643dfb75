def captured(e): raise NotImplementedError
