package rostrum_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What a package exports can be named by those who import it: no exported function, method, field or
// variable is of a type of an internal package, nor of one that the package keeps to itself.
func TestWhatIsExportedCanBeNamed(t *testing.T) {
	for folder, upstreams := range map[string]string{
		".":             "",
		"mesos":         "",
		"auctionrunner": "New", // As Diego's own has it.
	} {
		for _, problem := range unnameable(t, folder) {
			if name, _, _ := strings.Cut(problem, ":"); name != upstreams {
				t.Errorf("%s: %s", folder, problem)
			}
		}
	}
}

// unnameable returns what the package in a folder exports of types that nobody else can name.
func unnameable(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	check(t, err)
	if len(paths) == 0 {
		t.Fatalf("%s: %v", folder, fs.ErrNotExist)
	}
	var files []*ast.File
	own := map[string]bool{} // The package's own types.
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		check(t, err)
		files = append(files, file)
		for _, declaration := range file.Decls {
			if general, ok := declaration.(*ast.GenDecl); ok {
				for _, spec := range general.Specs {
					if named, ok := spec.(*ast.TypeSpec); ok {
						own[named.Name.Name] = true
					}
				}
			}
		}
	}
	var problems []string
	for _, file := range files {
		surface := surface{own: own, internal: map[string]bool{"C": true}}
		for _, imported := range file.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			check(t, err)
			if strings.Contains("/"+path+"/", "/internal/") {
				surface.internal[filepath.Base(path)] = true
			}
		}
		for _, declaration := range file.Decls {
			surface.declaration(declaration)
		}
		problems = append(problems, surface.problems...)
	}
	return problems
}

// surface is what one file exports.
type surface struct {
	own, internal map[string]bool
	problems      []string
}

func (s *surface) declaration(declaration ast.Decl) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiverOf(d))) {
			s.named(d.Name.Name, d.Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					s.named(spec.Name.Name, spec.Type)
				}
			case *ast.ValueSpec:
				if spec.Type != nil && spec.Names[0].IsExported() {
					s.named(spec.Names[0].Name, spec.Type)
				}
			}
		}
	}
}

func receiverOf(function *ast.FuncDecl) string {
	kind := function.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	return fmt.Sprint(kind)
}

// named looks at the type of something exported, but not at fields that are not.
func (s *surface) named(name string, kind ast.Expr) {
	ast.Inspect(kind, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Field:
			for _, field := range node.Names {
				// Names of parameters are nobody's concern.
				if _, ok := kind.(*ast.StructType); ok && !field.IsExported() {
					return false
				}
			}
			s.named(name, node.Type)
			return false
		case *ast.SelectorExpr:
			if of, ok := node.X.(*ast.Ident); ok && s.internal[of.Name] {
				s.problems = append(s.problems, fmt.Sprintf("%s: %s.%s", name, of.Name, node.Sel.Name))
			}
			return false
		case *ast.Ident:
			if s.own[node.Name] && !node.IsExported() {
				s.problems = append(s.problems, fmt.Sprintf("%s: %s", name, node.Name))
			}
		}
		return true
	})
}
