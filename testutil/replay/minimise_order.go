package replay

import "context"

// steady lets what was found fail more often, if it does so with sessions that open one after the other, in the order
// in which they did when it failed: who was there first may be what matters, and is chance where they open at a time.
func (s *searching) steady(ctx context.Context) error {
	f := &s.found
	if f.Failed == f.Told {
		return nil
	}
	script, err := ReadFile(f.Result.History)
	if err != nil {
		return err
	}
	script.openInTurn()
	failed, told := 0, often*s.Trials
	for n := range told {
		result, _, err := s.tell(ctx, script, Progress{Trying: script.Size(), Trial: n + 1, Trials: told})
		if err != nil {
			return err
		}
		if s.breaks(result) {
			failed++
		}
	}
	if failed*f.Told <= f.Failed*told {
		return nil
	}
	fails, err := s.fails(ctx, script)
	if fails {
		f.Failed, f.Told = f.Failed+failed, f.Told+told
	}
	return err
}

// openInTurn lets every session open when the one before is open.
func (s *Script) openInTurn() {
	for _, a := range s.Acts {
		if a.What == whatDial {
			a.Start = a.End
		}
	}
	s.order()
}
