package judge

import (
	"fmt"
	"slices"
)

// Report makes a finding of the class of the rule that runs, about the user, session and run at hand.
// The proof is what it lists, or else the record at hand.
func (v *View) Report(proof []uint64, format string, args ...any) {
	v.ReportAs(v.docket.speaking.Hard, proof, format, args...)
}

// ReportAs is Report with a class of its own.
func (v *View) ReportAs(hard bool, proof []uint64, format string, args ...any) {
	exact := fmt.Sprintf(format, args...)
	v.report(Finding{Hard: hard, Message: prose(format, args...), Records: v.proof(proof)}, exact)
}

// reportAcross is Report of what another history shows as well.
func (v *View) reportAcross(e Elsewhere, format string, args ...any) {
	message := prose(format, args...)
	v.report(Finding{Hard: v.docket.speaking.Hard, Message: message, Records: v.Here(), Elsewhere: e}, message)
}

// report files a finding of the rule that runs about what is at hand. Two whose exact messages differ are two, though
// they may be rounded to the same.
func (v *View) report(f Finding, exact string) {
	f.Rule, f.Owner = v.docket.speaking.ID, v.owner
	v.owner = ""
	if v.User != nil {
		f.User = v.User.Label
	}
	if v.Session != nil {
		f.Session = v.Session.Label
	}
	if v.Run != nil {
		f.Run = v.Run.Label
	}
	if v.docket.file(f, exact) && f.Hard {
		v.failed(v.docket.speaking.Criterion, f)
	}
}

// leak says that the next report is about something of the owner's that somebody else was sent; nil is an owner
// whom the history does not know.
func (v *View) leak(owner *User) *View {
	v.owner = Nobody
	if owner != nil {
		v.owner = owner.Label
	}
	return v
}

// Here is the proof that ends in the record at hand; earlier records may come before it.
func (v *View) Here(earlier ...uint64) []uint64 {
	if v.Record != nil {
		earlier = append(earlier, v.Record.Seq)
	}
	return earlier
}

func (v *View) proof(list []uint64) []uint64 {
	list = slices.DeleteFunc(list, func(seq uint64) bool { return seq == 0 })
	if len(list) == 0 {
		list = v.Here()
	}
	return list
}
