//go:generate go test -run TestServesWhatDescribesIt . -update

package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"
)

const apiDescription = `stet takes events about content at its door, and shows and changes what became of them.

Every refusal is a problem document (RFC 9457) with a stable ` + "`code`" + `. A content id stands in a path as one escaped
segment: ` + "`docs/intro`" + ` is ` + "`docs%2Fintro`" + `. Nothing but POST changes anything. A request with a body needs a Content-Length.`

// apiVersion is that of the interface, which is also in its paths; not of the program.
const apiVersion = "1"

// newAPI makes the typed part of the interface and the document that describes all of it.
func newAPI(mux *http.ServeMux) huma.API {
	useProblems()
	config := huma.DefaultConfig("stet", apiVersion)
	config.Info.Description = apiDescription
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", "" // served with our own routes
	config.CreateHooks = nil                                             // no $schema members in answers
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{"application/json": strictJSON, "json": strictJSON}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer",
		Description: "A token of stet.yaml. Its role is viewer, editor or operator; each includes the ones before it."}}
	return humago.New(mux, config)
}

// strictJSON reads as the door does: no key twice or in another case, no bad text.
var strictJSON = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) }}

// handle adds a typed operation that takes a role.
func handle[I, O any](s *Server, role Role, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	s.routes = append(s.routes, Route{op.Method, op.Path, role})
	op.Security = []map[string][]string{{"token": {}}}
	op.Description += "\n\nRole: " + string(role) + "."
	op.MaxBodyBytes = maxRequest
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		authorized, err := s.authorize(ctx.Context(), r.Header.Values("Authorization"), role)
		if err != nil {
			writeError(w, err)
			return
		}
		next(huma.WithContext(ctx, authorized))
	})
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			noteError(ctx, err)
			return nil, refuse(err)
		}
		return out, nil
	})
}

// maxRequest is the largest body of an operation in bytes; they are a few words.
const maxRequest = 64 << 10

// body is an answer that is one JSON value.
type body[T any] struct{ Body T }

func answer[T any](value T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{value}, nil
}

// OpenAPI is the document that describes the interface (OpenAPI 3.1), as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }
