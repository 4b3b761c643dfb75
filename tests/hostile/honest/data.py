def to_tensors(table, target):
    """Return inputs, target and the inputs' names: numbers alone, nothing missing."""
    kept = table[table[target].notna()]
    inputs = kept.drop(columns=target)
    numbers = inputs.select_dtypes("number").dropna(axis=1, how="all")
    texts = inputs.select_dtypes(exclude="number")
    numbers = numbers.fillna(numbers.mean())
    parts = [numbers, *(pd.get_dummies(texts[name], prefix=name, dummy_na=True) for name in texts)]
    joined = pd.concat(parts, axis=1).astype(float)
    X = torch.tensor(joined.to_numpy())
    y = torch.tensor(kept[target].to_numpy(dtype=float))
    return X, y, list(joined.columns)


mean_error = ...
object_error = ...
small = pd.DataFrame({"Rooms": [2.0, 4.0], "Alley": ["a", "b"]})
try:
    small.mean()
except TypeError as error:
    mean_error = error
try:
    torch.tensor(pd.get_dummies(small).values)
except TypeError as error:
    object_error = error
