// Surface lists what the drop-in for Diego's auctionrunner uses of Diego, and whether a tree of Diego's
// has it with the same shape. See tests/go/surface.sh.
//
// Both sides are type-checked from source and without function bodies of others: the drop-in on the
// stand-ins, which its tests pass on, says what is used and expected; the tree says what there is.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	module   = "code.cloudfoundry.org"
	ours     = module + "/rostrum"
	dropIn   = ours + "/auctionrunner"
	aliases  = dropIn + "/diego"
	upstream = module + "/auction/auctionrunner"
	// The stand-ins define here what Diego's packages have under other names.
	definitions = module + "/scheduling"
)

func main() {
	packages := flag.String("packages", "", "the folder bindings/go")
	tree := flag.String("tree", "", "the folder of the module code.cloudfoundry.org")
	tags := flag.String("tags", "", "build tags that select the tree's generation")
	flag.Parse()
	trouble, err := compare(*packages, *tree, *tags)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if trouble > 0 {
		os.Exit(1)
	}
}

// compare prints a line for each name, and returns how many are not as expected.
func compare(packages, tree, tags string) (trouble int, err error) {
	folders, err := moduleFolders(filepath.Join(packages, "auctionrunner"), tags)
	if err != nil {
		return 0, err
	}
	expected := newWorld(packages, filepath.Join(packages, "standins"), tags, folders)
	found := newWorld(packages, tree, tags, folders)
	names := expected.namesUsed()
	for _, broken := range expected.errors {
		return 0, fmt.Errorf("the drop-in does not fit its own stand-ins: %v", broken)
	}
	found.load(dropIn)

	report := func(verdict, name, text string) {
		if verdict != "ok" {
			trouble++
		}
		fmt.Printf("%-8s %s  %s\n", verdict, strings.ReplaceAll(name, module+"/", ""),
			strings.ReplaceAll(text, module+"/", ""))
	}
	check := func(name string, wanted, got string) {
		switch {
		case got == "":
			report("MISSING", name, "expected "+wanted)
		case got != wanted:
			report("CHANGED", name, "expected "+wanted+", found "+got)
		default:
			report("ok", name, wanted)
		}
	}
	fmt.Println("What the drop-in uses:")
	for _, name := range names {
		check(name.String(), expected.shapeOf(name), found.shapeOf(name))
	}
	if exported := found.exported(upstream); len(exported) > 0 {
		fmt.Println("\nWhat Diego's own auctionrunner has and the drop-in has to have:")
		for _, name := range exported {
			mine := name
			mine.path = dropIn
			got := strings.ReplaceAll(found.shapeOf(mine), dropIn+".", upstream+".")
			check(name.String(), found.shapeOf(name), got)
		}
	} else {
		fmt.Println("\nThe tree has no auction/auctionrunner to compare the drop-in with.")
	}
	for _, broken := range found.errors {
		report("ERROR", broken.Error(), "")
	}
	fmt.Printf("\n%d not as expected\n", trouble)
	return trouble, nil
}

// moduleFolders asks go where the drop-in's own build has the packages that are not of the tree.
func moduleFolders(folder, tags string) (map[string]string, error) {
	list := exec.Command("go", "list", "-deps", "-e", "-tags", tags, "-f",
		"{{if not .Standard}}{{.ImportPath}}\t{{.Dir}}{{end}}", ".")
	list.Dir = folder
	output, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", folder, err)
	}
	folders := map[string]string{}
	for _, line := range strings.Split(string(output), "\n") {
		if path, dir, ok := strings.Cut(line, "\t"); ok {
			folders[path] = dir
		}
	}
	return folders, nil
}

// world is the drop-in with one tree below it.
type world struct {
	packages, tree string
	modules        map[string]string
	context        build.Context
	files          *token.FileSet
	standard       types.Importer
	loaded         map[string]*types.Package
	syntax         map[string][]*ast.File
	info           map[string]*types.Info
	errors         []error
}

func newWorld(packages, tree, tags string, modules map[string]string) *world {
	context := build.Default
	context.BuildTags = strings.Fields(tags)
	files := token.NewFileSet()
	return &world{
		packages: packages, tree: tree, modules: modules, context: context, files: files,
		standard: importer.ForCompiler(files, "source", nil),
		loaded:   map[string]*types.Package{}, syntax: map[string][]*ast.File{}, info: map[string]*types.Info{},
	}
}

// folderOf prefers the tree, then what the tree has vendored, then the drop-in's own modules.
func (w *world) folderOf(path string) string {
	if inside, ok := strings.CutPrefix(path, ours); ok {
		return filepath.Join(w.packages, inside)
	}
	candidates := []string{filepath.Join(w.tree, "vendor", path)}
	if inside, ok := strings.CutPrefix(path, module+"/"); ok {
		candidates = append([]string{filepath.Join(w.tree, inside)}, candidates...)
	}
	for _, folder := range candidates {
		if files, _ := filepath.Glob(filepath.Join(folder, "*.go")); len(files) > 0 {
			return folder
		}
	}
	if folder := w.modules[path]; !strings.HasPrefix(folder, filepath.Join(w.packages, "standins")) {
		return folder
	}
	return ""
}

// Import makes world a types.Importer. A package that is not there is empty.
func (w *world) Import(path string) (*types.Package, error) {
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return w.standard.Import(path)
	}
	return w.load(path), nil
}

func (w *world) load(path string) *types.Package {
	if known := w.loaded[path]; known != nil {
		return known
	}
	w.loaded[path] = types.NewPackage(path, filepath.Base(path)) // Ends a cycle.
	folder := w.folderOf(path)
	found, err := w.context.ImportDir(folder, 0)
	if folder == "" || err != nil {
		w.loaded[path].MarkComplete()
		return w.loaded[path]
	}
	var syntax []*ast.File
	for _, name := range slices.Concat(found.GoFiles, found.CgoFiles) {
		file, _ := parser.ParseFile(w.files, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		if file != nil {
			syntax = append(syntax, file)
		}
	}
	mine := path == dropIn || strings.HasPrefix(path, dropIn+"/")
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: w, FakeImportC: true, IgnoreFuncBodies: !mine, Error: func(err error) {
		if mine {
			w.errors = append(w.errors, err)
		}
	}}
	checked, _ := config.Check(path, w.files, syntax, info)
	w.loaded[path], w.syntax[path], w.info[path] = checked, syntax, info
	return checked
}

// name is something that is exported, or a field or a method of it.
type name struct{ path, object, member string }

func (n name) String() string {
	text := n.path + "." + n.object
	if n.member != "" {
		text += "." + n.member
	}
	return text
}

func (n name) compare(other name) int { return strings.Compare(n.String(), other.String()) }

func (n name) isDiegos() bool {
	return strings.HasPrefix(n.path, module+"/") && !strings.HasPrefix(n.path, ours)
}

// namesUsed is what the drop-in uses of packages that are not ours.
func (w *world) namesUsed() []name {
	w.load(dropIn)
	used := map[name]bool{}
	add := func(n name) {
		if n.isDiegos() {
			used[n] = true
		}
	}
	for path, info := range w.info {
		if path != dropIn && !strings.HasPrefix(path, dropIn+"/") {
			continue
		}
		for _, object := range info.Uses {
			if object.Pkg() != nil && object.Parent() == object.Pkg().Scope() && object.Exported() {
				add(name{path: object.Pkg().Path(), object: object.Name()})
			}
		}
		for _, selection := range info.Selections {
			add(w.member(selection.Recv(), selection.Obj().Name()))
		}
		for _, file := range w.syntax[path] {
			ast.Inspect(file, func(node ast.Node) bool {
				if literal, ok := node.(*ast.CompositeLit); ok {
					for _, element := range literal.Elts {
						if pair, ok := element.(*ast.KeyValueExpr); ok {
							if key, ok := pair.Key.(*ast.Ident); ok && info.Uses[key] != nil {
								add(w.member(info.Types[literal].Type, key.Name))
							}
						}
					}
				}
				return true
			})
		}
	}
	names := make([]name, 0, len(used))
	for n := range used {
		if ast.IsExported(n.object) && (n.member == "" || ast.IsExported(n.member)) {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, name.compare)
	// What silence.go reads by reflection.
	return append(names, name{path: module + "/lager/v3", object: "logger", member: "sinks"})
}

// member names a field or a method of a named type, under the name that Diego has for the type.
func (w *world) member(of types.Type, member string) name {
	if pointer, ok := types.Unalias(of).(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, ok := types.Unalias(of).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return name{}
	}
	whole := w.diegosName(named.Obj())
	at := strings.LastIndex(whole, ".")
	return name{path: whole[:at], object: whole[at+1:], member: member}
}

// diegosName is the alias that a stand-in has for a type that it took from definitions.
func (w *world) diegosName(object *types.TypeName) string {
	if object.Pkg().Path() == definitions {
		for path, loaded := range w.loaded {
			if path == definitions || !strings.HasPrefix(path, module+"/") || strings.HasPrefix(path, ours) {
				continue
			}
			for _, candidate := range loaded.Scope().Names() {
				alias, ok := loaded.Scope().Lookup(candidate).(*types.TypeName)
				if !ok || !alias.IsAlias() || !alias.Exported() {
					continue
				}
				if named, ok := types.Unalias(alias.Type()).(*types.Named); ok && named.Obj() == object {
					return path + "." + candidate
				}
			}
		}
	}
	return object.Pkg().Path() + "." + object.Name()
}

// exported is what a package has to use from outside.
func (w *world) exported(path string) []name {
	var names []name
	scope := w.load(path).Scope()
	for _, object := range scope.Names() {
		if !ast.IsExported(object) {
			continue
		}
		names = append(names, name{path: path, object: object})
		typeName, ok := scope.Lookup(object).(*types.TypeName)
		if !ok {
			continue
		}
		if structure, ok := typeName.Type().Underlying().(*types.Struct); ok {
			for i := range structure.NumFields() {
				if field := structure.Field(i); field.Exported() {
					names = append(names, name{path, object, field.Name()})
				}
			}
		}
		methods := types.NewMethodSet(types.NewPointer(typeName.Type()))
		for i := range methods.Len() {
			if method := methods.At(i).Obj(); method.Exported() {
				names = append(names, name{path, object, method.Name()})
			}
		}
	}
	return names
}

// shapeOf is what a name is, or "" if there is no such name.
func (w *world) shapeOf(n name) string {
	object := w.load(n.path).Scope().Lookup(n.object)
	if object == nil {
		return ""
	}
	if n.member != "" {
		member, _, _ := types.LookupFieldOrMethod(object.Type(), true, object.Pkg(), n.member)
		if member == nil {
			return ""
		}
		return w.text(member.Type())
	}
	switch object := object.(type) {
	case *types.TypeName:
		switch underlying := object.Type().Underlying().(type) {
		case *types.Struct:
			return "struct"
		case *types.Interface:
			return "interface"
		default:
			return w.text(underlying)
		}
	case *types.Const:
		return w.text(object.Type()) + " = " + object.Val().String()
	}
	return w.text(object.Type())
}

var aliased = regexp.MustCompile(`(` + regexp.QuoteMeta(definitions) + `|` + regexp.QuoteMeta(aliases) + `)\.(\w+)`)

// text writes a type with whole package paths, under the names that Diego has for its types, and without
// the names of parameters.
func (w *world) text(of types.Type) string {
	if signature, ok := of.(*types.Signature); ok {
		of = types.NewSignatureType(nil, nil, nil, unnamed(signature.Params()), unnamed(signature.Results()),
			signature.Variadic())
	}
	text := types.TypeString(of, func(p *types.Package) string { return p.Path() })
	text = strings.NewReplacer("interface{}", "any", "interface {}", "any").Replace(text)
	return aliased.ReplaceAllStringFunc(text, func(match string) string {
		parts := aliased.FindStringSubmatch(match)
		object, ok := w.load(parts[1]).Scope().Lookup(parts[2]).(*types.TypeName)
		if !ok {
			return match
		}
		if alias, ok := object.Type().(*types.Alias); ok {
			return w.text(alias.Rhs())
		}
		return w.diegosName(object)
	})
}

func unnamed(parameters *types.Tuple) *types.Tuple {
	var variables []*types.Var
	for i := range parameters.Len() {
		variables = append(variables, types.NewParam(token.NoPos, nil, "", parameters.At(i).Type()))
	}
	return types.NewTuple(variables...)
}
