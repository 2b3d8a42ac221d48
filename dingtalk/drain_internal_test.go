package dingtalk

import (
	"reflect"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// drain looks into a field that the SDK may rename.
func TestWaitingSeesTheChannel(t *testing.T) {
	field, ok := reflect.TypeFor[plugin.QueryData]().FieldByName("outputChan")
	if !ok || field.Type.Kind() != reflect.Chan {
		t.Fatal("plugin.QueryData has no channel outputChan any more: see drain.go")
	}
	if waiting(&plugin.QueryData{}) {
		t.Error("rows wait in a query that has none")
	}
}
