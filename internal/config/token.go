package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

func (r *reader) token(name string, node ast.Node) Token {
	var t Token
	what := "token " + name
	var role, hash string
	r.fields(node, what, map[string]func(ast.Node){
		"token":  func(n ast.Node) { r.secretly(func() { t.Value = r.credential(n, what) }) },
		"sha256": r.scalar(&hash, what+": sha256"),
		"role":   r.choice(&role, what+": role", string(Viewer), string(Editor), string(Operator)),
	})
	t.Role = Role(role)
	raw, err := hex.DecodeString(hash)
	switch {
	case role == "" && len(r.faults) == 0:
		r.fault(node, "%s has no role; allowed are viewer, editor, operator", what)
	case hash != "" && (err != nil || len(raw) != sha256.Size):
		r.fault(node, "%s: sha256 must be the 64 hex digits of the token's SHA-256", what)
	case (hash == "") == t.Value.Empty() && len(r.faults) == 0:
		r.fault(node, "%s needs one of token (${NAME} or file:PATH) and sha256 (64 hex digits)", what)
	case hash != "":
		copy(t.SHA256[:], raw)
	default:
		t.SHA256 = sha256.Sum256([]byte(t.Value.Reveal()))
	}
	return t
}

// minToken is the shortest token in bytes: 16 random bytes in base64 or hex are longer.
const minToken = 20

func (r *reader) credential(node ast.Node, what string) Secret {
	var ref string
	r.text(&ref, what)(node)
	value, err := reference(ref, r.folder)
	if err == nil && len(value) < minToken {
		err = fmt.Errorf("it has %d bytes and must have %d at least, from a random source", len(value), minToken)
	}
	if err != nil {
		r.fault(node, "%s: %v", what, err)
	}
	return NewSecret(value)
}
