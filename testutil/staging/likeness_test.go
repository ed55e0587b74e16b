package staging

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLikenesses(t *testing.T) {
	assert.Equal(t, "go-20250917-abcdfghjklmn7@x", Longer("go-20250917-abcdfghjklmn@x"))
	assert.Equal(t, "go-20250917.abcdfghjklmn@x", Confusable("go-20250917-abcdfghjklmn@x"))
	fresh := plainAddress.fresh(time.Now())
	assert.Len(t, Longer(fresh), len(fresh)+1)
	assert.NotEqual(t, fresh, Confusable(fresh))
}
