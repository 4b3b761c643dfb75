# tries: NaN and Infinity in the metadata
notebook["metadata"]["ratio"] = float("nan")
notebook["metadata"]["other"] = float("-inf")
