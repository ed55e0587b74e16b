package history_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/netra-systems/staging-e2e/fixtures"
	"github.com/netra-systems/staging-e2e/testutil/history"
)

func TestSchemaIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/history.md")
	require.NoError(t, err)
	members := []string{"n", "at", "wall", "kind", "user", "session", "run", "type", "frame", "text", "bytes", "binary",
		"intent", "login", "http", "dial", "open", "close", "note"}
	for _, v := range []any{
		history.Header{}, history.Target{}, fixtures.Budgets{}, history.Intent{}, history.Identity{}, history.Exchange{},
		history.Dialled{}, history.Opened{}, history.Closed{}, history.Broken{}, history.Remark{},
	} {
		for field := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			members = append(members, name)
		}
	}
	for _, member := range members {
		assert.Contains(t, string(page), "`"+member+"`", "docs/history.md says nothing of it")
	}
}
