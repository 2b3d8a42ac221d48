package dingtalk

import (
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// The conditions of a query with "=", and the columns that it wants. Bounds on times
// are in bounds.go.

// isUnknown reports whether a value is the one that Postgres passes to a foreign table
// if it does not know the value when the scan begins. No id is such a text or number.
func isUnknown(v *proto.QualValue) bool {
	switch v := v.GetValue().(type) {
	case *proto.QualValue_StringValue:
		return v.StringValue == "?"
	case *proto.QualValue_Int64Value:
		return v.Int64Value == 0
	default:
		return false
	}
}

// checkKeys returns an error for a key whose value Postgres may not have passed on.
func (l *listing) checkKeys() error {
	for _, k := range l.Table.List.KeyColumns {
		values := l.named(k.Name)
		if i := slices.IndexFunc(values, isUnknown); i >= 0 {
			unknown := literal(values[i])
			return client.Advice{
				English: fmt.Sprintf("no ID of DingTalk's: Postgres passes %[1]s on where it does not know the value, as with %[2]s = (select ...): write a join instead, as in: from other_table o join %[3]s t on t.%[2]s = o.id. "+
					"If the query or the other table really has %[1]s, leave it out, as in: where o.id <> %[1]s", unknown, k.Name, l.Table.Name),
				Chinese: fmt.Sprintf("Postgres 不知道 %[2]s 的值时会传来 %[1]s，例如写成 %[2]s = (select ...) 时：请改写成联接，例如：from other_table o join %[3]s t on t.%[2]s = o.id。"+
					"如果查询或另一张表里确实有 %[1]s，请把它排除，例如：where o.id <> %[1]s", unknown, k.Name, l.Table.Name),
			}
		}
	}
	return nil
}

// literal returns a value as SQL writes it.
func literal(v *proto.QualValue) string {
	if _, ok := v.GetValue().(*proto.QualValue_StringValue); ok {
		return "'" + v.GetStringValue() + "'"
	}
	return grpc.GetQualValueString(v)
}

// key returns the value of a text column that the query names with =, and
// whether it names one.
func (l *listing) key(name string) (string, bool) {
	v, ok := l.EqualsQuals[name]
	return v.GetStringValue(), ok
}

// named returns the values that the query names with = for a column, which need not be
// a key column.
func (l *listing) named(column string) (values []*proto.QualValue) {
	conditions := l.QueryContext.UnsafeQuals[column].GetQuals()
	if q, ok := l.Quals[column]; ok { // those of this list call
		conditions = q.Quals.ToProto().GetQuals()
	}
	for _, q := range conditions {
		switch list := q.GetValue().GetListValue(); {
		case q.GetStringValue() != "=":
		case list != nil:
			values = append(values, list.GetValues()...)
		default:
			values = append(values, q.GetValue())
		}
	}
	return values
}

// accepts reports whether a row with a value, of which nil is NULL, meets the
// conditions on a key column. A row that does not must not be streamed, since it would
// count for a LIMIT.
func accepts[V string | int64](l *listing, column string, value *V) bool {
	named := l.named(column)
	if named == nil {
		return true
	}
	return value != nil && slices.ContainsFunc(named, func(v *proto.QualValue) bool { return grpc.GetQualValue(v) == any(*value) })
}

// actingUser returns the union id of the user on whose behalf to call DingTalk,
// and whether the query or the connection names one.
func (l *listing) actingUser() (unionID string, named bool) {
	if id, ok := l.key("acting_union_id"); ok {
		return id, true
	}
	return l.settings.actingUnionID, l.settings.actingUnionID != ""
}

// number is key for an integer column.
func (l *listing) number(name string) (int64, bool) {
	v, ok := l.EqualsQuals[name]
	return v.GetInt64Value(), ok
}

// wants reports whether the query wants one of some columns.
func (l *listing) wants(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(l.QueryContext.Columns, c) })
}
