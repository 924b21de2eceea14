package httpapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"stet"
)

type actorKey struct{}

// actor names who asks, for the log of events.
func actor(ctx context.Context) string {
	name, _ := ctx.Value(actorKey{}).(string)
	return "operator:" + name
}

type roleKey struct{}

// mayDo reports whether whoever asks has a role.
func mayDo(ctx context.Context, role Role) bool {
	has, _ := ctx.Value(roleKey{}).(Role)
	return rank[has] >= rank[role]
}

// authorize finds the token of a request and whether its role suffices. Hashes are compared, all of them and in
// constant time, so that neither time nor memory tells anything of a token.
func (s *Server) authorize(ctx context.Context, header []string, role Role) (context.Context, error) {
	if role == Open {
		return ctx, nil
	}
	if len(header) != 1 {
		return ctx, stet.Errorf(stet.Unauthenticated, "no_token", "this needs one header Authorization: Bearer TOKEN, with a token of stet.yaml")
	}
	scheme, value, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || value == "" {
		return ctx, stet.Errorf(stet.Unauthenticated, "no_token", "the header Authorization must be Bearer TOKEN")
	}
	sum := sha256.Sum256([]byte(value))
	var found *Token
	for i := range s.cfg.Tokens {
		if subtle.ConstantTimeCompare(sum[:], s.cfg.Tokens[i].SHA256[:]) == 1 {
			found = &s.cfg.Tokens[i]
		}
	}
	switch {
	case found == nil:
		return ctx, stet.Errorf(stet.Unauthenticated, "bad_token", "no token of stet.yaml is this one")
	case rank[found.Role] < rank[role]:
		return ctx, stet.Errorf(stet.Forbidden, "role_too_low", "the token %s has the role %s and this needs %s", found.Name, found.Role, role)
	}
	return context.WithValue(context.WithValue(ctx, actorKey{}, found.Name), roleKey{}, found.Role), nil
}
