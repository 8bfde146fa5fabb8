//go:build linux && !android && cgo

package rostrum

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"code.cloudfoundry.org/rostrum/internal/headertest"
)

// The package against the headers that it was built with: nothing in those may be missing here, and
// every record must lie as the C compiler lays it out.

// goConstants names what Go has for each constant of the headers. A new one in a header that is not
// listed here fails the test.
var goConstants = map[string]int64{
	"ROSTRUM_OK":                             int64(codeOK),
	"ROSTRUM_INVALID_ARGUMENT":               int64(InvalidArgument),
	"ROSTRUM_NOT_FOUND":                      int64(NotFound),
	"ROSTRUM_FAILED_PRECONDITION":            int64(FailedPrecondition),
	"ROSTRUM_OUT_OF_MEMORY":                  int64(OutOfMemory),
	"ROSTRUM_CORRUPT":                        int64(Corrupt),
	"ROSTRUM_UNAVAILABLE":                    int64(Unavailable),
	"ROSTRUM_INTERNAL":                       int64(Internal),
	"ROSTRUM_AMOUNT_MAXIMUM":                 int64(AmountMaximum),
	"ROSTRUM_PROVIDER_ARBITRARY":             int64(ProviderArbitrary),
	"ROSTRUM_PROVIDER_FIXED_SET":             int64(ProviderFixedSet),
	"ROSTRUM_PROVIDER_UNKNOWN":               int64(ProviderUnknown),
	"ROSTRUM_CELL_EVACUATING":                int64(CellEvacuating),
	"ROSTRUM_CELL_DISABLED":                  int64(CellDisabled),
	"ROSTRUM_CELL_DRAINING":                  int64(CellDraining),
	"ROSTRUM_CELL_IGNORE_ABSENT":             int64(CellIgnoreAbsent),
	"ROSTRUM_CELL_NOT_STARTED":               int64(CellNotStarted),
	"ROSTRUM_CELL_FIRST_FIT_INDEX":           int64(CellFirstFitIndex),
	"ROSTRUM_LRP":                            int64(LRP),
	"ROSTRUM_TASK":                           int64(Task),
	"ROSTRUM_ORDER_DIEGO":                    int64(OrderDiego),
	"ROSTRUM_ORDER_LARGER_FIRST":             int64(OrderLargerFirst),
	"ROSTRUM_ORDER_BY_KEY":                   int64(OrderByKey),
	"ROSTRUM_STRATEGY_BALANCES_ZONES":        int64(strategyBalancesZones),
	"ROSTRUM_OFFER_HELD":                     int64(OfferHeld),
	"ROSTRUM_OFFER_ACCEPTED":                 int64(OfferAccepted),
	"ROSTRUM_OFFER_DECLINED":                 int64(OfferDeclined),
	"ROSTRUM_OFFER_RESCINDED":                int64(OfferRescinded),
	"ROSTRUM_OFFER_EXPIRED":                  int64(OfferExpired),
	"ROSTRUM_REFUSAL_NONE":                   int64(RefusalNone),
	"ROSTRUM_REFUSAL_NO_CELLS":               int64(RefusalNoCells),
	"ROSTRUM_REFUSAL_ROOTFS_MISMATCH":        int64(RefusalRootFSMismatch),
	"ROSTRUM_REFUSAL_VOLUME_DRIVER_MISMATCH": int64(RefusalVolumeDriverMismatch),
	"ROSTRUM_REFUSAL_PLACEMENT_TAG_MISMATCH": int64(RefusalPlacementTagMismatch),
	"ROSTRUM_REFUSAL_INSUFFICIENT_RESOURCES": int64(RefusalInsufficientResources),
	"ROSTRUM_REFUSAL_INFLIGHT_LIMIT":         int64(RefusalInflightLimit),
	"ROSTRUM_REFUSAL_STRATEGY_REFUSED":       int64(RefusalStrategyRefused),
	"ROSTRUM_REFUSAL_STRATEGY_FAILED":        int64(RefusalStrategyFailed),
	"ROSTRUM_REFUSAL_HANDED_BACK":            int64(RefusalHandedBack),
	"ROSTRUM_REASON_ROOTFS":                  int64(ReasonRootFS),
	"ROSTRUM_REASON_VOLUME_DRIVER":           int64(ReasonVolumeDriver),
	"ROSTRUM_REASON_PLACEMENT_TAG":           int64(ReasonPlacementTag),
	"ROSTRUM_REASON_RESOURCE":                int64(ReasonResource),
	"ROSTRUM_REASON_SCORE":                   int64(ReasonScore),
	"ROSTRUM_REASON_STRATEGY":                int64(ReasonStrategy),
	"ROSTRUM_REASON_EVACUATING":              int64(ReasonEvacuating),
	"ROSTRUM_REASON_DISABLED":                int64(ReasonDisabled),
	"ROSTRUM_REASON_DRAINING":                int64(ReasonDraining),
}

// notConstants are macros of the headers that are no constants of Go: include guards, what builds the
// header, a function, and parts of the version.
var notConstants = []string{
	"ROSTRUM_ROSTRUM_H_", "ROSTRUM_RECORD_H_", "ROSTRUM_VERSION_H_", "ROSTRUM_API", "ROSTRUM_ENUM",
	"ROSTRUM_AMOUNT", "ROSTRUM_VERSION_MAJOR", "ROSTRUM_VERSION_MINOR", "ROSTRUM_VERSION_PATCH",
	"ROSTRUM_VERSION_STRING", "ROSTRUM_VERSION_NUMBER",
}

// goRecords names what Go uses for each struct of the headers, and the exported type, if there is one,
// that carries its fields to callers. A new struct that is not listed here fails the test.
var goRecords = map[string]struct {
	record any
	value  any
}{
	"rostrum_text":           {textRecord{}, nil},
	"rostrum_range":          {rangeRecord{}, nil},
	"rostrum_scalar":         {scalarRecord{}, Scalar{}},
	"rostrum_resources":      {resourcesRecord{}, Resources{}},
	"rostrum_provider":       {providerRecord{}, Provider{}},
	"rostrum_signature":      {signatureRecord{}, Signature{}},
	"rostrum_cell":           {cellRecord{}, Cell{}},
	"rostrum_offer":          {offerRecord{}, Offer{}},
	"rostrum_work":           {workRecord{}, Work{}},
	"rostrum_score":          {scoreRecord{}, Score{}},
	"rostrum_round_context":  {contextRecord{}, RoundContext{}},
	"rostrum_option":         {optionRecord{}, Option{}},
	"rostrum_decision":       {decisionRecord{}, Decision{}},
	"rostrum_refusal":        {refusalRecord{}, Refusal{}},
	"rostrum_reason":         {reasonRecord{}, Reason{}},
	"rostrum_answer":         {answerRecord{}, Answer{}},
	"rostrum_offer_counts":   {offerCountsRecord{}, OfferCounts{}},
	"rostrum_replay_counts":  {replayCountsRecord{}, Replay{}},
	"rostrum_auction_view":   {auctionViewRecord{}, AuctionView{}},
	"rostrum_cell_view":      {cellViewRecord{}, CellView{}},
	"rostrum_strategy_table": {tableRecord{}, nil}, // Filled in by bridge_strategy.c.
}

// otherNames are those that are not the field's own in the exported type.
var otherNames = map[string]string{
	"rostrum_option.default_value": "Default",
	"rostrum_refusal.error":        "Text",
	"rostrum_reason.is_static":     "Static",
}

// headers are all of the library's own.
func headers(t *testing.T) string {
	t.Helper()
	return headertest.Read(t, "version.h", "rostrum.h", "record.h")
}

// constantsOf returns the enumerators and macros of a header.
func constantsOf(header string) []string {
	var names []string
	for _, pattern := range []string{`(?m)^\s*(ROSTRUM_\w+) = -?\d+,?\s*$`, `(?m)^#define (ROSTRUM_\w+)`} {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(header, -1) {
			if !slices.Contains(notConstants, match[1]) {
				names = append(names, match[1])
			}
		}
	}
	return names
}

// recordsOf returns the structs of a header that have a body, with the names of their fields.
func recordsOf(header string) map[string][]string {
	records := map[string][]string{}
	structs := regexp.MustCompile(`(?s)typedef struct (rostrum_\w+) \{(.*?)\n\}`)
	inFunction := regexp.MustCompile(`\(\*(\w+)\)`)
	inField := regexp.MustCompile(`(\w+)(\[\d+\])?$`)
	for _, match := range structs.FindAllStringSubmatch(header, -1) {
		for _, declaration := range strings.Split(match[2], ";") {
			declaration = strings.TrimSpace(declaration)
			if declaration == "" {
				continue
			}
			name := inField.FindStringSubmatch(declaration)
			if function := inFunction.FindStringSubmatch(declaration); function != nil {
				name = function
			}
			records[match[1]] = append(records[match[1]], name[1])
		}
	}
	return records
}

// askCompiler compiles a C program that prints expressions, and returns what it prints by expression.
func askCompiler(t *testing.T, expressions []string) map[string]int64 {
	t.Helper()
	flags, err := exec.Command("pkg-config", "--cflags", "rostrum-record").Output()
	check(t, err)
	folder := t.TempDir()
	source, program := filepath.Join(folder, "print.c"), filepath.Join(folder, "print")
	var text strings.Builder
	text.WriteString("#include <rostrum/record.h>\n#include <stdio.h>\nint main(void) {\n")
	for _, expression := range expressions {
		fmt.Fprintf(&text, "  printf(\"%%lld\\n\", (long long)(%s));\n", expression)
	}
	text.WriteString("  return 0;\n}\n")
	check(t, os.WriteFile(source, []byte(text.String()), 0o600))
	compiler, err := exec.Command("go", "env", "CC").Output()
	check(t, err)
	arguments := append(strings.Fields(string(compiler)), strings.Fields(string(flags))...)
	arguments = append(arguments, "-o", program, source)
	if output, err := exec.Command(arguments[0], arguments[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, output)
	}
	output, err := exec.Command(program).Output()
	check(t, err)
	answers := map[string]int64{}
	for i, line := range bytes.Fields(output) {
		answers[expressions[i]], err = strconv.ParseInt(string(line), 10, 64)
		check(t, err)
	}
	if len(answers) != len(expressions) {
		t.Fatalf("%d answers, expected %d", len(answers), len(expressions))
	}
	return answers
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryConstantOfTheHeadersIsInGo(t *testing.T) {
	names := constantsOf(headers(t))
	if len(names) < 40 {
		t.Fatalf("only %d constants are found in the headers", len(names))
	}
	values := askCompiler(t, names)
	for _, name := range names {
		value, known := goConstants[name]
		if !known {
			t.Errorf("%s is in the headers, but Go has no name for it", name)
		} else if value != values[name] {
			t.Errorf("%s is %d in Go, and %d in C", name, value, values[name])
		}
	}
	for name := range goConstants {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in Go, but not in the headers", name)
		}
	}
}

// Constants are C's own, so that they cannot drift: each is declared as C.NAME, and none as a number.
func TestConstantsAreTheHeadersOwn(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "constants.go", nil, 0)
	check(t, err)
	declared := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			selector, ok := spec.Values[i].(*ast.SelectorExpr)
			if !ok {
				t.Errorf("%s is no constant of C", name)
				continue
			}
			declared[selector.Sel.Name] = true
		}
		return false
	})
	for name := range goConstants {
		if !declared[name] {
			t.Errorf("%s is not declared in constants.go", name)
		}
	}
}

func TestRecordsLieAsInC(t *testing.T) {
	records := recordsOf(headers(t))
	var expressions []string
	for record, fields := range records {
		expressions = append(expressions, "sizeof(struct "+record+")")
		for _, field := range fields {
			expressions = append(expressions, offset(record, field), size(record, field))
		}
	}
	inC := askCompiler(t, expressions)
	for record, fields := range records {
		inGo, known := goRecords[record]
		if !known {
			t.Errorf("struct %s is in the headers, but Go has none for it", record)
			continue
		}
		layout := reflect.TypeOf(inGo.record)
		if size := inC["sizeof(struct "+record+")"]; int64(layout.Size()) != size {
			t.Errorf("%s has %d bytes in Go, and %d in C", record, layout.Size(), size)
		}
		found := 0
		for _, name := range fields {
			field, ok := fieldNamed(layout, name)
			if !ok {
				t.Errorf("%s.%s is not in Go", record, name)
				continue
			}
			found++
			if at := inC[offset(record, name)]; int64(field.Offset) != at {
				t.Errorf("%s.%s is at %d in Go, and at %d in C", record, name, field.Offset, at)
			}
			if size := inC[size(record, name)]; int64(field.Type.Size()) != size {
				t.Errorf("%s.%s has %d bytes in Go, and %d in C", record, name, field.Type.Size(), size)
			}
		}
		if named := countFields(layout); named != found {
			t.Errorf("%s has %d fields in Go, and %d in C", record, named, found)
		}
	}
	for record := range goRecords {
		if _, ok := records[record]; !ok {
			t.Errorf("struct %s is in Go, but not in the headers", record)
		}
	}
}

func offset(record, field string) string { return "offsetof(struct " + record + ", " + field + ")" }
func size(record, field string) string   { return "sizeof(((struct " + record + "*)0)->" + field + ")" }

// fieldNamed finds a field of C; cgo puts an underscore before one that is a word of Go.
func fieldNamed(layout reflect.Type, name string) (reflect.StructField, bool) {
	if field, ok := layout.FieldByName(name); ok {
		return field, true
	}
	return layout.FieldByName("_" + name)
}

// countFields leaves out what cgo adds as padding.
func countFields(layout reflect.Type) int {
	count := 0
	for i := range layout.NumField() {
		if name := layout.Field(i).Name; name != "_" && !strings.HasPrefix(name, "pad_cgo") {
			count++
		}
	}
	return count
}

// Every field of a record reaches the caller in the type that stands for it.
func TestEveryFieldHasAnExportedOne(t *testing.T) {
	for record, fields := range recordsOf(headers(t)) {
		value := goRecords[record].value
		if value == nil {
			continue
		}
		exported := reflect.PointerTo(reflect.TypeOf(value))
		for _, name := range fields {
			if name == "reserved" || strings.HasSuffix(name, "_length") {
				continue
			}
			if !hasMember(exported, record, name) {
				t.Errorf("%s.%s has no field or method in %v", record, name, exported.Elem())
			}
		}
	}
}

// hasMember compares names without regard to case and underscores: first_fit_index is FirstFitIndex.
func hasMember(exported reflect.Type, record, name string) bool {
	wanted := strings.ReplaceAll(name, "_", "")
	if other, ok := otherNames[record+"."+name]; ok {
		wanted = other
	}
	for i := range exported.Elem().NumField() {
		field := exported.Elem().Field(i)
		if field.IsExported() && strings.EqualFold(field.Name, wanted) {
			return true
		}
	}
	for i := range exported.NumMethod() {
		if strings.EqualFold(exported.Method(i).Name, wanted) {
			return true
		}
	}
	return false
}

// Batches cross as arrays of records, for which no garbage collector of C has an eye.
func TestRecordsOfBatchesHoldNoPointers(t *testing.T) {
	for _, record := range []any{
		textRecord{}, rangeRecord{}, scalarRecord{}, resourcesRecord{}, providerRecord{},
		signatureRecord{}, cellRecord{}, offerRecord{}, workRecord{}, decisionRecord{},
		refusalRecord{}, reasonRecord{}, answerRecord{},
	} {
		if at := pointerIn(reflect.TypeOf(record)); at != "" {
			t.Errorf("%T holds a pointer: %s", record, at)
		}
	}
}

func pointerIn(layout reflect.Type) string {
	switch layout.Kind() {
	case reflect.Struct:
		for i := range layout.NumField() {
			if at := pointerIn(layout.Field(i).Type); at != "" {
				return layout.Field(i).Name + " " + at
			}
		}
	case reflect.Array:
		return pointerIn(layout.Elem())
	case reflect.Pointer, reflect.UnsafePointer, reflect.String, reflect.Slice, reflect.Map,
		reflect.Interface, reflect.Func, reflect.Chan:
		return layout.String()
	}
	return ""
}

func TestVersionsAreCompared(t *testing.T) {
	check(t, compareVersions(1000, 1000, "0.1.0"))
	check(t, compareVersions(1000, 2000, "0.2.0"))
	err := compareVersions(2000, 1000, "0.1.0")
	if err == nil || !strings.Contains(err.Error(), "0.1.0") || !strings.Contains(err.Error(), HeaderVersion) {
		t.Errorf("an older library gives %v, expected an error that names both versions", err)
	}
	check(t, checkVersions())
	if LibraryVersion() == "" || HeaderVersion == "" {
		t.Error("a version is empty")
	}
}

// Every function of the C interface is used, so that none is missing in Go.
func TestEveryFunctionOfTheHeadersIsUsed(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"*.go", "*.c"} {
		names, err := filepath.Glob(pattern)
		check(t, err)
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := os.ReadFile(name)
			check(t, err)
			sources.Write(content)
		}
	}
	// One macro of bridge.c names all of these.
	text := strings.ReplaceAll(sources.String(), "  ADD(", "rostrum_batch_add_(")
	for _, array := range []string{"texts", "scalars", "providers", "signatures", "indices", "cells", "offers", "work"} {
		text = strings.ReplaceAll(text, "rostrum_batch_add_("+array+",", "rostrum_batch_add_"+array+"(")
	}
	functions := regexp.MustCompile(`(?s)ROSTRUM_API [\w\s*]*?(rostrum_\w+)\(`).FindAllStringSubmatch(headers(t), -1)
	if len(functions) < 70 {
		t.Fatalf("only %d functions are found in the headers", len(functions))
	}
	for _, function := range functions {
		if function[1] == "rostrum_error_code" {
			continue // Every call that makes an error returns its code as well.
		}
		if !regexp.MustCompile(`\b` + function[1] + `\(`).MatchString(text) {
			t.Errorf("%s is not used", function[1])
		}
	}
}
