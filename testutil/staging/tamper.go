package staging

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The damages of a JWT. Each changes one thing of a real one and keeps the rest as it is, so that a
// target that takes the copy does not look at that one thing.

// flipped returns the token with another first character of its signature. All bits of that one are
// decoded; some of the last are padding, which a target may ignore.
func flipped(token string) (string, error) {
	body, signature, err := split(token)
	if err != nil {
		return "", err
	}
	other := "A"
	if strings.HasPrefix(signature, other) {
		other = "B"
	}
	return body + "." + other + signature[1:], nil
}

// unsigned returns the token with alg none and the signature given.
func unsigned(token string, keep bool) (string, error) {
	body, signature, err := split(token)
	if err != nil {
		return "", err
	}
	if !keep {
		signature = ""
	}
	_, payload, _ := strings.Cut(body, ".")
	return encoded(`{"alg":"none","typ":"JWT"}`) + "." + payload + "." + signature, nil
}

// claiming returns the token with one claim changed and its signature kept.
func claiming(token, claim string, change func(before json.RawMessage) any) (string, error) {
	body, signature, err := split(token)
	if err != nil {
		return "", err
	}
	header, payload, _ := strings.Cut(body, ".")
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil {
		return "", fmt.Errorf("read the claims of the access token: %w", err)
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(text, &claims); err != nil {
		return "", fmt.Errorf("read the claims of the access token: %w", err)
	}
	if claims[claim], err = json.Marshal(change(claims[claim])); err != nil {
		return "", fmt.Errorf("change %q of the access token: %w", claim, err)
	}
	if text, err = json.Marshal(claims); err != nil {
		return "", fmt.Errorf("change %q of the access token: %w", claim, err)
	}
	return header + "." + encoded(string(text)) + "." + signature, nil
}

// split takes the signature off a token.
func split(token string) (body, signature string, err error) {
	end := strings.LastIndexByte(token, '.')
	if strings.Count(token, ".") != 2 || end == len(token)-1 {
		return "", "", fmt.Errorf("the access token is not signed, so that no copy of it can be damaged")
	}
	return token[:end], token[end+1:], nil
}

// longer names another subject that looks like the one before.
func longer(before json.RawMessage) any {
	var text string
	_ = json.Unmarshal(before, &text) // one that is no text is replaced
	return text + "0"
}

func instead(value any) func(json.RawMessage) any { return func(json.RawMessage) any { return value } }

// hoursFromNow is a NumericDate of a JWT.
func hoursFromNow(hours int) func(json.RawMessage) any {
	return func(json.RawMessage) any { return time.Now().Add(time.Duration(hours) * time.Hour).Unix() }
}
