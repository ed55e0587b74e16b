package refstaging_test

import "fmt"

// compare lists where got lacks a field of want, has one more, or has another type. null stands for
// any type; a list is compared by its first entries.
func compare(path string, want, got any) []string {
	if want == nil || got == nil {
		return nil
	}
	switch w := want.(type) {
	case object:
		g, ok := got.(object)
		if !ok {
			return []string{fmt.Sprintf("%s is %T, want an object", path, got)}
		}
		return compareFields(path, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T, want a list", path, got)}
		}
		if len(w) > 0 && len(g) > 0 {
			return compare(path+"[0]", w[0], g[0])
		}
		return nil
	}
	if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
		return []string{fmt.Sprintf("%s is %T, want %T", path, got, want)}
	}
	return nil
}

func compareFields(path string, want, got object) []string {
	var differences []string
	for name, value := range want {
		if _, ok := got[name]; !ok {
			differences = append(differences, path+"."+name+" is missing")
			continue
		}
		differences = append(differences, compare(path+"."+name, value, got[name])...)
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			differences = append(differences, path+"."+name+" is not in the sample")
		}
	}
	return differences
}
