package telemetry

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"stet"
)

// flushLimit bounds how long the end of a process waits for a receiver of traces that does not answer.
const flushLimit = 3 * time.Second

func tracer(ctx context.Context, cfg Config) (trace.Tracer, func(context.Context) error, error) {
	if cfg.OTLPEndpoint == "" {
		return noop.NewTracerProvider().Tracer("stet"), func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(cfg.OTLPEndpoint, "/")+"/v1/traces"))
	if err != nil {
		return nil, nil, fmt.Errorf("make trace exporter: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "stet"), attribute.String("service.version", cfg.Version))))
	flush := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, flushLimit)
		defer cancel()
		return provider.Shutdown(ctx)
	}
	return provider.Tracer("stet"), flush, nil
}

// WithKey puts the trace of an idempotency key into ctx: its id is made of the key, so whatever any process does for
// one publish, on any day, stands in one trace.
func WithKey(ctx context.Context, key string) context.Context {
	sum := sha256.Sum256([]byte(key))
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(sum[:16]), SpanID: trace.SpanID(sum[16:24]), TraceFlags: trace.FlagsSampled, Remote: true}))
}

// TraceID is the trace of an idempotency key, as it stands in logs.
func TraceID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return trace.TraceID(sum[:16]).String()
}

// Span begins a span of the trace of an idempotency key. The function it gives ends it; of an error only its code is
// kept, since its text may quote content.
func (o *Observer) Span(ctx context.Context, key, name string) (context.Context, func(error)) {
	ctx, span := o.tracer.Start(WithKey(ctx, key), name, trace.WithAttributes(attribute.String("stet.idempotency_key", key)))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, string(stet.KindOf(err)))
		}
		span.End()
	}
}
