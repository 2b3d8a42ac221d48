package delivery

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/quals"
	gproto "google.golang.org/protobuf/proto"
)

// Keys says what conditions on a table's columns mean for its list calls. With the
// zero value, a query is one list call for each combination of the values that it
// names for the key columns.
type Keys struct {
	// OneOf are key columns of which one decides the list calls: the first that
	// the query names. The others that it names are filters: a list call has all
	// their values in its QueryData's Quals, as a list, and must leave out rows
	// with another value.
	OneOf []string
	// Same are columns whose values can be written in several ways, as in '354 01'
	// and '35401', each with a function that returns the same text for all of them.
	// They are one value. A row shows it as the query writes it; if the query writes
	// it in several ways, in one of them.
	Same map[string]func(string) string
	// Costly are columns that cost a further call for each row, unless the query names one
	// of the key columns FreeWith. The list function reads all of them together. A scan
	// whose rows are cached leaves them out if the query does not name any, and has all
	// other columns.
	Costly, FreeWith []string
	// Sources say where the values of required key columns come from, as in "users has
	// them", for the error of a query that does not name the column.
	Sources map[string]Text
	// Explain adds to the error of a query's conditions, which comes before any list
	// call, what the plugin has to say of it, as what InChinese returns if that is the
	// language of the connection. An aggregator's has no config. Nil adds nothing.
	Explain func(connection *plugin.Connection, err error) error
}

// explain returns an error with what the plugin adds to it.
func (k Keys) explain(connection *plugin.Connection, err error) error {
	if k.Explain == nil {
		return err
	}
	return k.Explain(connection, err)
}

// columns returns the columns of a table that the calls for some of them bring with these
// conditions. Those of a Hydrate function of their own cost a call as well.
func (k Keys) columns(table *plugin.Table, wanted []string, conditions map[string]*proto.Quals) []string {
	free := slices.ContainsFunc(k.FreeWith, func(c string) bool { return conditions[c] != nil }) ||
		slices.ContainsFunc(k.Costly, func(c string) bool { return slices.Contains(wanted, c) })
	all := slices.Clone(wanted)
	for _, c := range table.Columns {
		if c.Hydrate == nil && (free || !slices.Contains(k.Costly, c.Name)) && !slices.Contains(all, c.Name) {
			all = append(all, c.Name)
		}
	}
	return all
}

// listCallQuals are the conditions of one list call that a query needs.
type listCallQuals struct {
	quals   map[string]*proto.Quals // without the filters
	filters map[string]*proto.Quals
}

// all returns the conditions with the filters.
func (c listCallQuals) all() map[string]*proto.Quals {
	out := maps.Clone(c.quals)
	maps.Copy(out, c.filters)
	return out
}

// queryData returns d with the conditions of this list call.
func (c listCallQuals) queryData(d *plugin.QueryData) *plugin.QueryData {
	own := *d
	own.EqualsQuals = plugin.NewKeyColumnQualValueMap(c.quals, d.Table.List.KeyColumns).ToEqualsQualValueMap()
	own.Quals = plugin.NewKeyColumnQualValueMap(c.all(), d.Table.List.KeyColumns)
	return &own
}

// listCalls returns the list calls that a query with these conditions needs.
func (k Keys) listCalls(table *plugin.Table, conditions map[string]*proto.Quals) ([]listCallQuals, error) {
	conditions, err := plain(table, conditions)
	if err != nil {
		return nil, err
	}
	calls := []listCallQuals{{quals: map[string]*proto.Quals{}, filters: map[string]*proto.Quals{}}}
	for column, q := range conditions {
		if !isKey(table, column) {
			calls[0].quals[column] = q
		}
	}
	decided := false // which of OneOf
	for _, column := range k.inOrder(table.List.KeyColumns) {
		q, ok := conditions[column]
		if !ok {
			continue
		}
		values, others := k.named(column, q)
		isOneOf := slices.Contains(k.OneOf, column)
		switch {
		case values == nil:
			calls = each(calls, func(c listCallQuals) { c.quals[column] = q })
		case len(values) == 0:
			return nil, nil
		case isOneOf && decided:
			calls = each(calls, func(c listCallQuals) { c.filters[column] = filter(column, values) })
		default:
			decided = decided || isOneOf
			var more []listCallQuals
			for _, v := range values {
				more = append(more, each(calls, func(c listCallQuals) {
					c.quals[column] = &proto.Quals{Quals: append([]*proto.Qual{equals(column, v)}, others...)}
				})...)
			}
			calls = more
		}
	}
	return calls, nil
}

// inOrder returns the names of key columns, first those of OneOf in its order.
func (k Keys) inOrder(columns plugin.KeyColumnSlice) []string {
	names := slices.Clone(k.OneOf)
	for _, c := range columns {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// each returns copies of list calls, to each of which add was applied.
func each(calls []listCallQuals, add func(listCallQuals)) []listCallQuals {
	out := make([]listCallQuals, len(calls))
	for i, c := range calls {
		out[i] = listCallQuals{quals: maps.Clone(c.quals), filters: maps.Clone(c.filters)}
		add(out[i])
	}
	return out
}

// filter returns a condition that each of the values meets.
func filter(column string, values []*proto.QualValue) *proto.Quals {
	return &proto.Quals{Quals: []*proto.Qual{equals(column, listValue(values))}}
}

func equals(column string, v *proto.QualValue) *proto.Qual {
	return &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: quals.QualOperatorEqual}, Value: v}
}

func listValue(values []*proto.QualValue) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: &proto.QualValueList{Values: values}}}
}

// named returns the values that all "=" conditions on a column allow, each once,
// and the other conditions. values is nil if there is no "=" condition.
//
// Of several spellings of a value, it returns one that all conditions name, since the
// engine compares the rows again, and the plainest of these for the other conditions.
func (k Keys) named(column string, all *proto.Quals) (values []*proto.QualValue, others []*proto.Qual) {
	var lists [][]*proto.QualValue
	for _, q := range all.GetQuals() {
		if q.GetStringValue() == quals.QualOperatorEqual {
			lists = append(lists, valuesOf(q))
		} else {
			others = append(others, q)
		}
	}
	if lists == nil {
		return nil, others
	}
	named := func(v *proto.QualValue) bool {
		return !slices.ContainsFunc(lists, func(list []*proto.QualValue) bool {
			return !slices.ContainsFunc(list, func(other *proto.QualValue) bool { return gproto.Equal(v, other) })
		})
	}
	values = []*proto.QualValue{}
	for _, v := range lists[0] {
		if slices.ContainsFunc(lists, func(list []*proto.QualValue) bool { return !k.contains(column, list, v) }) {
			continue
		}
		i := slices.IndexFunc(values, func(other *proto.QualValue) bool { return k.contains(column, []*proto.QualValue{other}, v) })
		switch {
		case i < 0:
			values = append(values, v)
		case named(v) && (!named(values[i]) || k.isPlain(column, v)):
			values[i] = v
		}
	}
	return values, others
}

// isPlain reports a value in the spelling that all of its spellings have in common.
func (k Keys) isPlain(column string, v *proto.QualValue) bool {
	same := k.Same[column]
	return same != nil && same(v.GetStringValue()) == v.GetStringValue()
}

func (k Keys) contains(column string, values []*proto.QualValue, v *proto.QualValue) bool {
	same := k.Same[column]
	return slices.ContainsFunc(values, func(other *proto.QualValue) bool {
		return gproto.Equal(v, other) || same != nil && same(v.GetStringValue()) == same(other.GetStringValue())
	})
}

// valuesOf returns the values that an "=" condition allows. It leaves out NULL, which
// nothing equals.
func valuesOf(q *proto.Qual) []*proto.QualValue {
	if list := q.GetValue().GetListValue(); list != nil {
		return list.GetValues()
	}
	if q.GetValue().GetValue() == nil {
		return nil
	}
	return []*proto.QualValue{q.GetValue()}
}

// plain returns the conditions without lists in lists, and with a list only for "=".
func plain(table *plugin.Table, conditions map[string]*proto.Quals) (map[string]*proto.Quals, error) {
	out := make(map[string]*proto.Quals, len(conditions))
	for column, all := range conditions {
		out[column] = &proto.Quals{}
		for _, q := range all.GetQuals() {
			some, err := plainQual(table, column, q)
			if err != nil {
				return nil, err
			}
			out[column].Quals = append(out[column].Quals, some...)
		}
		if len(out[column].Quals) == 0 {
			delete(out, column)
		}
	}
	return out, nil
}

// plainQual replaces a condition with a list by conditions that are as wide or wider;
// the engine compares the rows again. It cannot distinguish "> any" from "> all".
func plainQual(table *plugin.Table, column string, q *proto.Qual) ([]*proto.Qual, error) {
	if q.GetValue().GetListValue() == nil {
		return []*proto.Qual{q}, nil
	}
	values := flat(q.GetValue())
	with := func(operator string, v *proto.QualValue) *proto.Qual {
		return &proto.Qual{FieldName: q.FieldName, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: v}
	}
	operator := q.GetStringValue()
	if isKey(table, column) && operator == quals.QualOperatorEqual && hasEmpty(q.GetValue()) {
		return nil, emptyList(table, column)
	}
	if !isKey(table, column) || operator == quals.QualOperatorEqual && (len(values) < 2 || !takesBounds(table, column)) {
		return []*proto.Qual{with(operator, listValue(values))}, nil
	}
	var low, high string
	switch operator {
	case quals.QualOperatorEqual:
		// With a call for each time, rows near two of them would come twice.
		low, high = quals.QualOperatorGreaterOrEqual, quals.QualOperatorLessOrEqual
	case quals.QualOperatorGreater, quals.QualOperatorGreaterOrEqual:
		low = operator
	case quals.QualOperatorLess, quals.QualOperatorLessOrEqual:
		high = operator
	default:
		return []*proto.Qual{q}, nil // no list call gets a condition with this operator
	}
	if len(values) == 0 {
		return nil, nil // "> all" of nothing is true
	}
	for _, v := range values {
		if _, ok := compare(values[0], v); !ok {
			return nil, Text{
				English: fmt.Sprintf("%s: the list in %s %s any (...) has values of several types: write one condition for each, with or between them", table.Name, column, operator),
				Chinese: fmt.Sprintf("%s %s any (...) 的列表里有几种类型的值：请给每种类型各写一个条件，用 or 连接。", column, operator),
			}
		}
	}
	order := func(a, b *proto.QualValue) int { n, _ := compare(a, b); return n }
	var out []*proto.Qual
	if low != "" {
		out = append(out, with(low, slices.MinFunc(values, order)))
	}
	if high != "" {
		out = append(out, with(high, slices.MaxFunc(values, order)))
	}
	return out, nil
}

// hasEmpty reports whether a value is an empty list, or has one in it.
func hasEmpty(v *proto.QualValue) bool {
	list := v.GetListValue()
	return list != nil && (len(list.GetValues()) == 0 || slices.ContainsFunc(list.GetValues(), hasEmpty))
}

// emptyList returns the error of an empty list. Postgres passes one on in place of a
// list that it does not know yet, and the two cannot be distinguished.
func emptyList(table *plugin.Table, column string) error {
	return Text{
		English: fmt.Sprintf("%[1]s: the list for %[2]s is empty: Postgres passes an empty list on where it does not know the values yet, as with %[2]s = any(array(select ...)): write a join instead, as in: from other_table o join %[1]s t on t.%[2]s = o.id", table.Name, column),
		Chinese: fmt.Sprintf("%[2]s 的列表是空的。Postgres 还不知道列表里的值时会传来空列表，例如写成 %[2]s = any(array(select ...)) 时：请改写成联接，例如：from other_table o join %[1]s t on t.%[2]s = o.id", table.Name, column),
	}
}

// flat returns the values of a list and of the lists in it, without NULL.
func flat(v *proto.QualValue) []*proto.QualValue {
	list := v.GetListValue()
	switch {
	case v.GetValue() == nil:
		return nil
	case list == nil:
		return []*proto.QualValue{v}
	}
	values := []*proto.QualValue{}
	for _, v := range list.GetValues() {
		values = append(values, flat(v)...)
	}
	return values
}

// takesBounds reports whether a column is a key column whose list calls take bounds.
func takesBounds(table *plugin.Table, column string) bool {
	return slices.ContainsFunc(table.List.KeyColumns, func(k *plugin.KeyColumn) bool {
		return k.Name == column && slices.Contains(k.Operators, quals.QualOperatorGreaterOrEqual) && slices.Contains(k.Operators, quals.QualOperatorLessOrEqual)
	})
}

// compare compares two values of the same type; ok is false if they have no order.
func compare(a, b *proto.QualValue) (order int, ok bool) {
	switch x := a.GetValue().(type) {
	case *proto.QualValue_TimestampValue:
		y, ok := b.GetValue().(*proto.QualValue_TimestampValue)
		if !ok {
			return 0, false
		}
		return x.TimestampValue.AsTime().Compare(y.TimestampValue.AsTime()), true
	case *proto.QualValue_Int64Value:
		y, ok := b.GetValue().(*proto.QualValue_Int64Value)
		if !ok {
			return 0, false
		}
		return cmp.Compare(x.Int64Value, y.Int64Value), true
	case *proto.QualValue_StringValue:
		y, ok := b.GetValue().(*proto.QualValue_StringValue)
		if !ok {
			return 0, false
		}
		return strings.Compare(x.StringValue, y.StringValue), true
	default:
		return 0, false
	}
}

func isKey(table *plugin.Table, column string) bool {
	return slices.ContainsFunc(table.List.KeyColumns, func(k *plugin.KeyColumn) bool { return k.Name == column })
}
