package suite

// An Option says under which circumstances a story is told.
type Option func(*circumstances)

// circumstances are what the options of a story ask for.
type circumstances struct{ own, cold bool }

func under(options []Option) (c circumstances) {
	for _, option := range options {
		option(&c)
	}
	return c
}

// Own gives the story, on the embedded target, a deployment of its own, whose timings are scaled down
// and which can be restarted: heartbeats every 300 ms, access tokens that live 3 s, runs of at most 2 s,
// 3 sessions a user. On a remote target it changes nothing.
func Own(c *circumstances) { c.own = true }

// Cold begins the story without waiting until the target is warm, for one that asks others about it, and has
// to say why it does not answer.
func Cold(c *circumstances) { c.cold = true }
