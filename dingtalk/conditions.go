package dingtalk

import (
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// What a query says of the columns of a table: its conditions with "=", and which
// columns it wants. Bounds on times are in bounds.go.

// isUnknown reports what Postgres hands to a foreign table for a value that it
// does not know when the scan begins. No id is such a text or number.
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

// checkKeys refuses a key that Postgres did not fill in.
func (l *listing) checkKeys() error {
	for _, k := range l.Table.List.KeyColumns {
		if slices.ContainsFunc(l.named(k.Name), isUnknown) {
			return fmt.Errorf("no value: Postgres has not passed it on, as with %s = (select ...): write a join instead, as in: from other_table o join %s t on t.%s = o.id", k.Name, l.Table.Name, k.Name)
		}
	}
	return nil
}

// key returns the value of a text column that the query names with =, and
// whether it names one.
func (l *listing) key(name string) (string, bool) {
	v, ok := l.EqualsQuals[name]
	return v.GetStringValue(), ok
}

// named are the values that the query names with = for a column, which need not
// be a key column.
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

// accepts reports whether the conditions on a key column, by which a query may
// filter, let a row with that value in; nil is NULL. What they don't must not be
// streamed: it would count against a LIMIT.
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
