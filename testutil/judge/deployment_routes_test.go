package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/netra-systems/staging-e2e/testutil/gcp"
)

func TestRoutes(t *testing.T) {
	for address, want := range map[string]string{
		"https://x.run.app/api/threads?limit=5":                               "GET /api/threads",
		"https://x.run.app/api/threads/":                                      "GET /api/threads",
		"https://x.run.app/api/threads/thread_7f3a91/messages":                "GET /api/threads/*/messages",
		"https://x.run.app/users/7":                                           "GET /users/*",
		"https://x.run.app/auth/e2e/test-auth":                                "GET /auth/e2e/test-auth",
		"https://x.run.app/api/v1/users/0b6b7a9e-ffff-4a5b-8c7d-000000000001": "GET /api/v1/users/*",
		"https://x.run.app/u/go-x@staging.netrasystems.ai":                    "GET /u/*",
		"https://x.run.app":                                                   "GET ",
		"%zz/a?b":                                                             "GET %zz/a",
		"https://x.run.app/\x1b[1m\nred":                                      `GET https://x.run.app/\x1b[1m\nred`,
		"https://x.run.app/a%0A%1B%5B1mred":                                   `GET /a\n\x1b[1mred`,
	} {
		assert.Equal(t, want, routeOf(&gcp.Request{Method: "GET", URL: address}), address)
	}
}
