package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// oneKey is the time within which one press of Ctrl-C may arrive more than once, where a parent passes it on.
const oneKey = 500 * time.Millisecond

// patience is a context that the second signal ends. The first, which ends the command's own context in main, only
// calls the function. Stop it when it is not needed any more.
func patience(first func()) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		var began time.Time
		for {
			select {
			case <-quit:
				return
			case <-signals:
			}
			if began.IsZero() {
				began = time.Now()
				first()
			} else if time.Since(began) > oneKey {
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(quit)
		<-gone
		cancel()
	}
}
