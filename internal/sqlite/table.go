package sqlite

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"modernc.org/sqlite/vtab"
)

// module is one table of the plugin for SQLite, for all connections.
type module struct {
	db     *DB
	name   string
	schema *proto.TableSchema
	keys   delivery.Keys
	// choosesConnections reports whether a key column chooses connections, and not
	// rows.
	choosesConnections func(column string) bool
}

// table is the module's table of one connection.
type table struct {
	*module
	connection string
	// given is the table's name, which is the module's unless the user made the
	// table.
	given string
	// identity are the columns that identify a row; none is all that a query reads.
	identity []string
}

// Create declares the table's columns. SQLite's second argument is the schema,
// which has the connection's name.
func (m *module) Create(ctx vtab.Context, args []string) (vtab.Table, error) {
	return &table{m, args[1], args[2], m.db.identity(args[1], m.name)}, ctx.Declare(m.declaration())
}

// Connect is Create, since the tables exist only in this process.
func (m *module) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Create(ctx, args)
}

func (m *module) declaration() string {
	columns := make([]string, len(m.schema.Columns))
	for i, c := range m.schema.Columns {
		columns[i] = quoteName(c.Name) + " " + columnType(c.Type)
		if collation := m.collation(i); collation != "" {
			columns[i] += " collate " + collation
		}
		if engine.IsSteampipeColumn(c.Name) {
			columns[i] += " hidden" // only in queries that name it, not in select *
		}
	}
	return "create table x(" + strings.Join(columns, ", ") + ")"
}

// collation is how a column's values are compared; "" is as SQLite does.
func (m *module) collation(column int) string {
	if m.schema.Columns[column].Type == proto.ColumnType_TIMESTAMP {
		return moment
	}
	if name := m.schema.Columns[column].Name; m.keys.Same[name] != nil {
		return spellings(name)
	}
	return ""
}

func columnType(t proto.ColumnType) string {
	switch t {
	case proto.ColumnType_INT, proto.ColumnType_BOOL:
		return "integer"
	case proto.ColumnType_DOUBLE:
		return "real"
	default:
		return "text"
	}
}

// plan is what BestIndex passes to Filter, and to the reader of SQLite's program, through
// SQLite's idxStr.
type plan struct {
	Table   string
	Columns []string
	// Quals are the conditions whose values are the first arguments.
	Quals []planQual
	// Limit and Offset are the positions of their arguments; -1 is none.
	Limit, Offset int
}

type planQual struct{ Column, Operator string }

// SQLite only compares the costs. A scan with all required quals must be cheap, and a
// scan without them must never be chosen if there is another way. To read a whole table
// that can be read by a key is expensive, and a table that takes bounds may need them.
const (
	costWithQuals    = 100
	costWholeTable   = 1e6
	costUnbounded    = 1e12
	costMissingQuals = 1e15
)

// BestIndex takes the quals that the plugin can apply, and the LIMIT if the plugin alone
// decides which rows there are. SQLite offers a LIMIT only for a single table whose where
// clause has only such constraints, and not for an in list.
func (m *module) BestIndex(info *vtab.IndexInfo) error {
	p := plan{Table: m.name, Limit: -1, Offset: -1}
	for i, c := range m.schema.Columns {
		if info.ColUsed&(1<<min(i, 63)) != 0 {
			p.Columns = append(p.Columns, c.Name)
		}
	}
	all := true
	leading := m.leading(info)
	satisfied := map[string]bool{}
	for i := range info.Constraints {
		c := &info.Constraints[i]
		if c.Op == vtab.OpLIMIT || c.Op == vtab.OpOFFSET {
			continue
		}
		operator, ok := m.pushable(c)
		if ok && operator == "=" && slices.Contains(m.keys.OneOf, m.schema.Columns[c.Column].Name) {
			ok = m.schema.Columns[c.Column].Name == leading
		}
		if !ok {
			all = false
			continue
		}
		column := m.schema.Columns[c.Column].Name
		c.ArgIndex = len(p.Quals)
		p.Quals = append(p.Quals, planQual{column, operator})
		satisfied[column] = true
	}
	missing, anyOf, anySatisfied, optional := false, false, false, false
	unbounded, named := false, false // of optional key columns
	for _, k := range m.schema.ListCallKeyColumnList {
		switch k.Require {
		case "required":
			missing = missing || !satisfied[k.Name]
		case "any_of":
			anyOf, anySatisfied = true, anySatisfied || satisfied[k.Name]
		case "optional":
			if m.choosesConnections(k.Name) {
				continue
			}
			optional = true
			if slices.Contains(k.Operators, ">=") {
				unbounded = unbounded || !p.bounds(k.Name)
			} else {
				named = named || satisfied[k.Name]
			}
		}
	}
	info.EstimatedCost, info.EstimatedRows = costWithQuals, 100
	switch {
	case missing || anyOf && !anySatisfied:
		info.EstimatedCost, info.EstimatedRows = costMissingQuals, 1_000_000
	case unbounded && !named:
		info.EstimatedCost, info.EstimatedRows = costUnbounded, 1_000_000
	case optional && len(p.Quals) == 0:
		info.EstimatedCost, info.EstimatedRows = costWholeTable, 10_000
	}
	if all && len(info.OrderBy) == 0 {
		next := len(p.Quals)
		for i := range info.Constraints {
			c := &info.Constraints[i]
			switch {
			case !c.Usable:
				continue
			case c.Op == vtab.OpLIMIT:
				p.Limit = next
			case c.Op == vtab.OpOFFSET:
				p.Offset = next
			default:
				continue
			}
			c.ArgIndex = next
			next++
		}
	}
	b, err := json.Marshal(p)
	info.IdxStr = string(b)
	return err
}

// bounds reports whether the plan's conditions bound a column on both sides. A table that
// takes bounds needs that, unless a query names one of its optional keys.
func (p plan) bounds(column string) bool {
	has := func(operators string) bool {
		return slices.ContainsFunc(p.Quals, func(q planQual) bool { return q.Column == column && strings.Contains(operators, q.Operator[:1]) })
	}
	return has(">=") && has("<=")
}

var operators = map[vtab.ConstraintOp]string{
	vtab.OpEQ: "=", vtab.OpNE: "<>", vtab.OpGT: ">", vtab.OpGE: ">=", vtab.OpLT: "<", vtab.OpLE: "<=",
}

// pushable returns the plugin's operator for a constraint, if the plugin applies it to a
// key column.
func (m *module) pushable(c *vtab.Constraint) (operator string, ok bool) {
	operator, ok = operators[c.Op]
	if !ok || !c.Usable || c.Column < 0 {
		return "", false
	}
	if m.db.query.compared[columnOf{m.name, c.Column}] {
		return "", false
	}
	name := m.schema.Columns[c.Column].Name
	return operator, slices.ContainsFunc(m.schema.ListCallKeyColumnList, func(k *proto.KeyColumn) bool {
		return k.Name == name && slices.Contains(k.Operators, operator)
	})
}

// leading returns which of the optional keys decides the scans. With lists on two of
// them, SQLite would scan for each combination; so it checks the other one itself.
func (m *module) leading(info *vtab.IndexInfo) string {
	for _, name := range m.keys.OneOf {
		if slices.ContainsFunc(info.Constraints, func(c vtab.Constraint) bool {
			operator, ok := m.pushable(&c)
			return ok && operator == "=" && m.schema.Columns[c.Column].Name == name
		}) {
			return name
		}
	}
	return ""
}

// spellings returns the collation of a column whose values can be written in several
// ways. Its name has at most 18 characters: EXPLAIN cuts longer names, which program.go
// reads.
func spellings(column string) string { return "same_" + column[:min(len(column), 13)] }

// Open returns a cursor.
func (t *table) Open() (vtab.Cursor, error) { return &cursor{table: t}, nil }

// Begin refuses a statement that would write, before it reads anything. SQLite calls it
// only for such statements.
func (t *table) Begin() error {
	return t.db.query.fail(&Error{
		Message: t.name + " is read-only",
		Advice: advice.Of("The plugin only reads, and changes nothing. To keep rows, put them into a table of your own, as in: create table mine as select * from "+t.name,
			"插件只读取数据，不做任何修改。要保留这些行，请写入您自己的表，例如：create table mine as select * from "+t.name),
	})
}

// Rename refuses as Begin does.
func (t *table) Rename(string) error { return t.Begin() }

// Destroy is called when the table is dropped, which it cannot prevent: the query fails,
// and the table is created again. A virtual table that the user made is dropped.
func (t *table) Destroy() error {
	own := slices.ContainsFunc(t.db.engine.Connections, func(c engine.Connection) bool { return c.Name == t.connection })
	if !own || t.given != t.name {
		return nil
	}
	t.db.dropped = append(t.db.dropped, t.module.createIn(t.connection))
	return t.Begin()
}

// createIn creates the table in a connection's schema.
func (m *module) createIn(connection string) string {
	return fmt.Sprintf("create virtual table %s.%[2]s using %[2]s;\n", quoteName(connection), quoteName(m.name))
}

// Disconnect does nothing.
func (m *module) Disconnect() error { return nil }

// scan returns the scan of a plan and its arguments. none is true if a comparison with
// NULL leaves no row.
func (t *table) scan(p plan, args []vtab.Value) (s engine.Scan, none bool, err error) {
	s = engine.Scan{Connection: t.connection, Table: t.name, Columns: p.Columns, Cache: true}
	for _, c := range t.identity {
		if !slices.Contains(s.Columns, c) {
			s.Columns = append(s.Columns, c)
		}
	}
	for i, q := range p.Quals {
		if args[i] == nil {
			return s, true, nil
		}
		v, err := t.qualValue(q.Column, args[i])
		if err != nil {
			return s, false, err
		}
		s.Quals = append(s.Quals, engine.Qual{Column: q.Column, Operator: q.Operator, Value: v})
	}
	if p.Limit >= 0 {
		limit, ok := args[p.Limit].(int64)
		offset := int64(0)
		if p.Offset >= 0 {
			// The rows that SQLite skips have to be among them.
			offset, _ = args[p.Offset].(int64)
			offset = max(0, offset)
		}
		if ok && limit >= 0 && limit <= math.MaxInt64-offset {
			limit += offset
			s.Limit = &limit
		}
	}
	return s, false, nil
}

// qualValue converts an SQLite value to the column's type, as Postgres does before it
// passes it to the plugin.
func (m *module) qualValue(column string, v vtab.Value) (*proto.QualValue, error) {
	var columnType proto.ColumnType
	for _, c := range m.schema.Columns {
		if c.Name == column {
			columnType = c.Type
		}
	}
	text := valueText(v)
	switch columnType {
	case proto.ColumnType_STRING:
		return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: text}}, nil
	case proto.ColumnType_INT:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: n}}, nil
		}
	case proto.ColumnType_TIMESTAMP:
		t, err := parseTime(text)
		if err != nil {
			return nil, err
		}
		return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}, nil
	case proto.ColumnType_BOOL:
		if b, err := strconv.ParseBool(text); err == nil {
			return &proto.QualValue{Value: &proto.QualValue_BoolValue{BoolValue: b}}, nil
		}
	}
	return nil, advice.Of(fmt.Sprintf("%s.%s: a condition with the value %q is not supported for a column of type %s", m.name, column, text, columnType),
		fmt.Sprintf("%s.%s 的类型是 %s，不能与 %q 比较：请换一个值。", m.name, column, columnType, text))
}

func valueText(v vtab.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}

// columnValue converts a value of the plugin's to one of SQLite's.
func columnValue(c *proto.Column) (vtab.Value, error) {
	switch v := c.GetValue().(type) {
	case nil, *proto.Column_NullValue:
		return nil, nil
	case *proto.Column_StringValue:
		return v.StringValue, nil
	case *proto.Column_IntValue:
		return v.IntValue, nil
	case *proto.Column_DoubleValue:
		return v.DoubleValue, nil
	case *proto.Column_BoolValue:
		if v.BoolValue {
			return int64(1), nil
		}
		return int64(0), nil
	case *proto.Column_JsonValue:
		return string(v.JsonValue), nil
	case *proto.Column_TimestampValue:
		return spell(v.TimestampValue.AsTime()), nil
	default:
		return nil, fmt.Errorf("a column of type %T is not supported", v)
	}
}
