package history

import "strings"

// redact replaces the secrets in every text of a record, in place, before anything reads it.
func (l *Log) redact(r *Record) {
	clean := l.secrets.redact
	if r.Kind == Recv {
		r.Frame = unmarked(r.Frame)
	}
	r.Frame = clean(r.Frame)
	if i := r.Intent; i != nil {
		i.Why, i.Token = clean(i.Why), clean(i.Token)
	}
	if i := r.Login; i != nil {
		i.Email, i.Problem = clean(i.Email), clean(i.Problem)
	}
	if x := r.Exchange; x != nil {
		x.URL, x.Request, x.Body = clean(x.URL), clean(x.Request), clean(unmarked(x.Body))
		x.Header = l.redactHeader(x.Header)
		l.redactBroken(x.Broken)
	}
	if d := r.Dialled; d != nil {
		d.URL = clean(d.URL)
		for i, offered := range d.Offered {
			d.Offered[i] = clean(offered)
		}
	}
	if o := r.Opened; o != nil {
		o.Subprotocol = clean(o.Subprotocol)
		o.Header = l.redactHeader(o.Header)
	}
	if c := r.Closed; c != nil {
		c.Reason, c.Body = clean(unmarked(c.Reason)), clean(unmarked(c.Body))
		c.Header = l.redactHeader(c.Header)
		l.redactBroken(c.Broken)
	}
	if c := r.Cloud; c != nil {
		c.URL, c.Request, c.Body = clean(c.URL), clean(c.Request), clean(c.Body)
		l.redactBroken(c.Broken)
	}
	if n := r.Note; n != nil {
		n.Text = clean(n.Text)
	}
}

func (l *Log) redactHeader(header map[string]string) map[string]string {
	if header == nil {
		return nil
	}
	clean := make(map[string]string, len(header))
	for name, value := range header {
		if name == "Set-Cookie" || name == "Cookie" || name == "Authorization" {
			value = Redacted
		}
		clean[name] = l.secrets.redact(value)
	}
	return clean
}

func (l *Log) redactBroken(b *Broken) {
	if b != nil {
		b.Error = l.secrets.redact(b.Error)
	}
}

// unmarked is what a target said, without the mark that only this suite may set.
func unmarked(text string) string { return strings.ReplaceAll(text, Redacted, masked) }
