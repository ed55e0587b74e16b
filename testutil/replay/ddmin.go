package replay

// smallestOf returns a part of the units that still fails, from which no unit can be left out: delta debugging
// after Zeller and Hildebrandt (Simplifying and Isolating Failure-Inducing Input, 2002). All of them together
// are known to fail; fails is asked of parts, in their order. Its error ends the search.
func smallestOf[T any](units []T, fails func([]T) (bool, error)) ([]T, error) {
	for pieces := 2; len(units) > 1; {
		smaller, next, err := reduce(units, pieces, fails)
		switch {
		case err != nil:
			return units, err
		case smaller != nil:
			units, pieces = smaller, next
		case pieces >= len(units):
			return units, nil
		default:
			pieces = min(2*pieces, len(units))
		}
	}
	if len(units) == 1 {
		none, err := fails(nil)
		if err != nil || none {
			return nil, err
		}
	}
	return units, nil
}

// reduce looks for a piece that fails alone, and then for one that can be left out. It returns nil if there is
// neither, and else in how many pieces to cut what is left.
func reduce[T any](units []T, pieces int, fails func([]T) (bool, error)) (smaller []T, next int, err error) {
	cut := func(i int) int { return i * len(units) / pieces }
	for i := range pieces {
		piece := units[cut(i):cut(i+1)]
		if bad, err := fails(piece); bad || err != nil {
			return piece, 2, err
		}
	}
	if pieces == 2 {
		return nil, 0, nil // the rest of one piece is the other
	}
	for i := range pieces {
		rest := append(units[:cut(i):cut(i)], units[cut(i+1):]...)
		if bad, err := fails(rest); bad || err != nil {
			return rest, max(pieces-1, 2), err
		}
	}
	return nil, 0, nil
}
