package diagnosis

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/history"
	"github.com/netra-systems/staging-e2e/testutil/judge"
)

func exchanged(status int, b *history.Broken) *history.Record {
	return &history.Record{Seq: 1, Kind: history.HTTP, Exchange: &history.Exchange{Purpose: history.PurposeHealth, Method: "GET", Status: status, Broken: b}}
}

func closed(c history.Closed) *history.Record {
	return &history.Record{Seq: 3, Kind: history.Close, Session: "u1.s1", Closed: &c}
}

// Where nothing came to the target, no regression of it is suspected; where anything did, some are.
func TestATargetThatWasNotReachedIsNoSuspect(t *testing.T) {
	refused := &history.Broken{Step: history.StepTCP}
	late := &history.Broken{Step: history.StepTCP, Timeout: true}
	hung := &history.Broken{Step: history.StepAnswer, Timeout: true}
	dialled := &history.Record{Seq: 2, Kind: history.Dial, Session: "u1.s1", User: "u1"}
	for name, row := range map[string]struct {
		records []*history.Record
		signs   []string
		nobody  bool
	}{
		"nobody listens":             {[]*history.Record{exchanged(0, refused)}, []string{"backend:unreached", "health:unreached"}, true},
		"no name":                    {[]*history.Record{exchanged(0, &history.Broken{Step: history.StepDNS})}, []string{"backend:unreached", "health:unreached"}, true},
		"packets are lost":           {[]*history.Record{exchanged(0, late)}, []string{"backend:unreached", "health:unreached"}, true},
		"nobody listens to dials":    {[]*history.Record{dialled, closed(history.Closed{Broken: late})}, []string{"backend:unreached", "upgrade:unreached"}, true},
		"the story leaves off":       {[]*history.Record{exchanged(0, refused), dialled, closed(history.Closed{By: history.ByClient})}, nil, true},
		"nobody answers":             {[]*history.Record{exchanged(0, hung)}, []string{"backend:silent", "health:late", "health:silent"}, false},
		"an answer, then none":       {[]*history.Record{exchanged(200, nil), exchanged(0, refused)}, []string{"health:later", "health:unreached"}, false},
		"a dial is refused, no more": {[]*history.Record{exchanged(0, refused), dialled, closed(history.Closed{Status: 503})}, nil, false},
		"nothing was tried":          {nil, []string{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWitness(history.Header{})
			for _, r := range row.records {
				w.Observe(r)
			}
			signs, names := w.Signs(), []string{}
			for _, s := range signs.Seen {
				names = append(names, s.Name)
			}
			if row.signs != nil {
				assert.Equal(t, row.signs, names)
			}
			assert.Equal(t, row.nobody, signs.Unreached)
			found := []judge.Finding{{Rule: "infra/unavailable", Hard: true}}
			if suspects := Rank(catalogue, signs, found); row.nobody {
				assert.Empty(t, suspects)
			} else {
				assert.NotEmpty(t, suspects)
			}
		})
	}
}
