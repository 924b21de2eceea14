// Package httpapi is the HTTP interface: the door for events, the JSON API for people and programs, health, metrics and
// the schemas. It decides who may ask; what happens then is the engine's.
package httpapi

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stet/contract"
	"stet/internal/engine"
	"stet/internal/store"
	"stet/internal/telemetry"
)

// Role is what a token may do; each includes the ones before it. The empty role is everybody's.
type Role string

const (
	Open     Role = ""
	Viewer   Role = "viewer"
	Editor   Role = "editor"
	Operator Role = "operator"
)

var rank = map[Role]int{Open: 0, Viewer: 1, Editor: 2, Operator: 3}

// Source is who may send events to the door.
type Source struct {
	Name      string
	Secrets   []contract.Secret
	MaxBody   int64         // bytes; 1 MiB where 0
	Tolerance time.Duration // of the clock; contract.DefaultTolerance where 0
	Disabled  bool
}

// Token lets its bearer use the API.
type Token struct {
	Name   string
	SHA256 [sha256.Size]byte
	Role   Role
}

// Target is a configured place to publish to, as the API shows it.
type Target struct {
	Name string `json:"name"`
	Kind string `json:"kind" doc:"Of its connector."`

	Secrets []contract.Secret `json:"-"` // that it signs its messages with; empty: it sends none
}

// Config is what a Server is made of. Without tokens nobody may use the API: only the door, health and the schemas
// answer then.
type Config struct {
	Engine   *engine.Engine
	DB       *store.DB
	Observer *telemetry.Observer
	Log      *slog.Logger
	Sources  []Source
	Targets  []Target
	Tokens   []Token
	Ready    func(context.Context) error // why no events can be taken now
	Now      func() time.Time            // the local clock, for signatures
}

// Route is one address with the role it takes.
type Route struct {
	Method, Path string // the path as a pattern of http.ServeMux
	Role         Role
}

// Server is the whole interface.
type Server struct {
	cfg     Config
	mux     *http.ServeMux
	api     huma.API
	routes  []Route
	sources map[string]Source
	targets map[string]Target
	nobody  contract.Secret // compared with where there is no source, so that this takes as long
	news    *news
	closing chan struct{}
	close   sync.Once
}

// New makes a Server.
func New(cfg Config) *Server {
	s := &Server{cfg: cfg, mux: http.NewServeMux(), sources: map[string]Source{}, news: newNews(), closing: make(chan struct{})}
	if s.cfg.Now == nil {
		s.cfg.Now = time.Now
	}
	if s.cfg.Log == nil {
		s.cfg.Log = slog.New(slog.DiscardHandler)
	}
	for _, source := range cfg.Sources {
		if source.MaxBody == 0 {
			source.MaxBody = defaultMaxBody
		}
		s.sources[source.Name] = source
	}
	s.nobody, _ = contract.NewSecret()
	s.api = newAPI(s.mux)
	s.routeDoor()
	s.routeChanges()
	s.routeContents()
	s.routeEvents()
	s.routeLetters()
	s.routeDecisions()
	s.routeReports()
	s.routeHealth()
	s.routeFiles()
	return s
}

// Routes are all addresses, in the order they were made.
func (s *Server) Routes() []Route { return s.routes }

// Committed wakes the requests that wait for events.
func (s *Server) Committed() { s.news.tell() }

// Close ends the requests that wait for events, so that the server can stop.
func (s *Server) Close() { s.close.Do(func() { close(s.closing) }) }

// raw adds a route that is no typed operation.
func (s *Server) raw(route Route, handler http.HandlerFunc) {
	s.routes = append(s.routes, route)
	s.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
		ctx, err := s.authorize(r.Context(), r.Header.Values("Authorization"), route.Role)
		if err != nil {
			writeError(w, err)
			return
		}
		handler(w, r.WithContext(ctx))
	})
}
