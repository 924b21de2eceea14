package expr

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// Bounds of one evaluation. The cost is CEL's own count of work (Kubernetes gives its admission policies as much), the
// memory its count of elements.
const (
	maxCost       = 1_000_000
	maxMemory     = 1_000_000
	maxExpression = 4_000 // code points
	maxNodes      = 2_000
	maxNesting    = 50
	interrupt     = 100 // steps of a loop between two looks at the context
)

// environment declares what conditions can name. Making one takes milliseconds, so there is one.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	tags := types.ParseStructTags(true)
	document := cel.ObjectType("expr.Document")
	return cel.NewEnv(
		cel.Types(cel.NativeTypeFor[Document](tags), cel.NativeTypeFor[Heading](tags), cel.NativeTypeFor[Section](tags),
			cel.NativeTypeFor[Link](tags), cel.NativeTypeFor[Image](tags)),
		cel.Variable("doc", document),
		cel.Function("speaks", cel.MemberOverload("document_speaks_string", []*cel.Type{document, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(speaks))),
		ext.Strings(), ext.Math(),
		cel.ParserExpressionSizeLimit(maxExpression), cel.ExpressionNodeLimit(maxNodes), cel.ParserRecursionLimit(maxNesting),
		cel.RegexProgramSizeLimit(1_000), cel.ASTValidators(cel.ValidateRegexLiterals()),
	)
})

func speaks(doc, language ref.Val) ref.Val {
	d, ok := doc.Value().(*Document)
	l, text := language.Value().(string)
	if !ok || !text {
		return types.MaybeNoSuchOverloadErr(language)
	}
	return types.Bool(Speaks(d.Locale, []string{l}))
}

// Condition is a compiled expression that is true or false of a document. It is safe for use by many goroutines.
type Condition struct {
	source  string
	program cel.Program
}

// Compile checks an expression. The error says where in the expression the mistake is.
func Compile(source string) (*Condition, error) {
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("declare what conditions can name: %w", err)
	}
	tree, issues := env.Compile(source)
	if issues != nil && len(issues.Errors()) > 0 {
		first := issues.Errors()[0]
		return nil, fmt.Errorf("character %d of %q: %s", first.Location.Column()+1, short(source), first.Message)
	}
	if kind := tree.OutputType(); kind.Kind() != types.BoolKind {
		return nil, fmt.Errorf("%q gives %s; a condition must be true or false", short(source), kind)
	}
	program, err := env.Program(tree, cel.CostLimit(maxCost), cel.MemoryLimit(maxMemory), cel.InterruptCheckFrequency(interrupt))
	if err != nil {
		return nil, fmt.Errorf("plan %q: %w", short(source), err)
	}
	return &Condition{source, program}, nil
}

// Eval tells whether the condition is true. An error is no answer: the bounds were met, or a value was not there.
func (c *Condition) Eval(ctx context.Context, doc *Document) (bool, error) {
	out, _, err := c.program.ContextEval(ctx, map[string]any{"doc": doc})
	if err != nil {
		return false, fmt.Errorf("evaluate %q: %w", short(c.source), err)
	}
	answer, ok := out.Value().(bool)
	if !ok {
		return false, fmt.Errorf("evaluate %q: %w", short(c.source), errors.New("the answer is neither true nor false"))
	}
	return answer, nil
}

func short(text string) string {
	const longest = 60
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}
