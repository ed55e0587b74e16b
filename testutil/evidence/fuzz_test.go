package evidence

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzTests(f *testing.F) {
	f.Add(`{"Action":"run","Package":"p","Test":"T"}` + "\n" + `{"Action":"pass","Package":"p","Test":"T","Elapsed":1}`)
	f.Add(`{"ImportPath":"p [p.test]","Action":"build-output","Output":"x"}`)
	f.Add(`{"version":1}`)
	f.Add("noise\n{\"Action\":\"skip\",\"Package\":\"p\",\"Elapsed\":-1e300}\n[")
	f.Fuzz(func(t *testing.T, stream string) {
		tests, is, err := readTests(strings.NewReader(stream))
		require.NoError(t, err)
		if !is {
			return
		}
		for _, test := range tests.All {
			require.LessOrEqual(t, len(test.Output), maxOutput)
			require.NotEmpty(t, test.Outcome)
		}
		tests.attach([]*Story{{}})
		require.NotPanics(t, func() { (&Evidence{Tests: tests}).Untold() })
	})
}
