// Package refstaging is the embedded reference deployment: a small, correct implementation of the
// platform as docs/protocol intends it — auth service, backend, WebSocket, sessions, agents with real
// tools. It is no playback of frames: a wrong client fails against it.
//
//	server, err := refstaging.Start(refstaging.Config{})
//	if err != nil { … }
//	defer server.Close()
//	// log in at server.AuthURL() with server.SimulationKey(), connect to server.WebSocketURL()
//
// It builds its frames from its own types and imports nothing of the client side, so that client and
// reference cannot agree on a mistake. docs/reference.md lists what it implements and what it leaves
// out; [Hooks] are its seams.
package refstaging
