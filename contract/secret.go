package contract

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"stet"
)

const secretPrefix = "whsec_"

// Secret signs and verifies. Its zero value verifies nothing. However it is printed or encoded, it shows no key: the
// key is behind a pointer because fmt prints a struct's unexported fields without asking their methods.
type Secret struct {
	key   *[]byte
	until time.Time
}

// ParseSecret reads whsec_ and the base64 of 24 to 64 bytes, as Standard Webhooks writes secrets. The error never
// repeats the input.
func ParseSecret(s string) (Secret, error) {
	encoded, ok := strings.CutPrefix(s, secretPrefix)
	if !ok {
		return Secret{}, stet.Errorf(stet.Configuration, "bad_secret", "the signing secret does not start with whsec_; make one with NewSecret or from any Standard Webhooks library")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return Secret{}, stet.Errorf(stet.Configuration, "bad_secret", "the signing secret is no base64 after whsec_; copy it whole, with its = at the end")
	}
	if len(key) < 24 || len(key) > 64 {
		return Secret{}, stet.Errorf(stet.Configuration, "bad_secret", "the signing secret has %d bytes and must have 24 to 64", len(key))
	}
	return Secret{key: &key}, nil
}

// NewSecret makes a secret of 32 random bytes and the text that ParseSecret reads, to be shown once.
func NewSecret() (Secret, string) {
	key := make([]byte, 32)
	rand.Read(key) // never fails (crypto/rand)
	return Secret{key: &key}, secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// Until is the secret as the old one of a rotation: valid before t and not from t on.
func (s Secret) Until(t time.Time) Secret { return Secret{s.key, t} }

func (s Secret) String() string { return "whsec_(hidden)" }

// Format hides the key from every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText hides the key from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the key from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

func (s Secret) bytes() []byte {
	if s.key == nil {
		return nil
	}
	return *s.key
}

func valid(secrets []Secret, now time.Time) []Secret {
	var list []Secret
	for _, s := range secrets {
		if s.key != nil && (s.until.IsZero() || now.Before(s.until)) {
			list = append(list, s)
		}
	}
	return list
}
