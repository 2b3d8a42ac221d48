package client

import (
	"fmt"
	"net/http"
	"strings"
)

// Advice is what a person can do about an error: a text in English, and the same in
// Chinese as one line. As an error itself, it is one that is known before any call.
type Advice struct{ English, Chinese string }

func (a Advice) Error() string { return a.English }

// InChinese returns the advice in Chinese.
func (a Advice) InChinese() string { return a.Chinese }

// format fills in the verbs of both texts.
func (a Advice) format(values ...Advice) Advice {
	var english, chinese []any
	for _, v := range values {
		english, chinese = append(english, v.English), append(chinese, v.Chinese)
	}
	return Advice{fmt.Sprintf(a.English, english...), fmt.Sprintf(a.Chinese, chinese...)}
}

// docs/troubleshooting.md and docs/zh-CN/troubleshooting.md quote each of these texts.
var (
	adviceNoAnswer = Advice{
		"Check the network, a proxy if there is one, and the endpoint, then run the query again.",
		"请检查网络、代理（如果有）和 endpoint，然后重新查询。",
	}
	adviceTransient = Advice{
		"Run the query again in a few minutes. If the error stays, ask DingTalk's support, with the request id if there is one.",
		"请过几分钟重新查询。如果仍然报错，请把请求 ID（如果有）提供给钉钉技术支持。",
	}
	// adviceUnknownError is for a code that DingTalk sends for many causes.
	adviceUnknownError = Advice{
		"Run the query again in a few minutes. DingTalk has also answered so where the app lacks a permission: check that the app has the permission %s.",
		"请过几分钟重新查询。应用缺少权限时，钉钉也可能这样返回：请确认应用已开通%s。",
	}
	adviceUnknownHost = Advice{
		"There is no such host: check the endpoint, a proxy if there is one, and this machine's name service (DNS), then run the query again.",
		"找不到这个主机：请检查 endpoint、代理（如果有）和本机的 DNS，然后重新查询。",
	}

	adviceThrottled = Advice{
		"DingTalk refuses the call because too many arrive: run the query again, not at the full hour, and lower calls_per_second if other programs share the app. In the Postgres extension, each session counts as another program.",
		"调用过于频繁，被钉钉限流：请避开整点重新查询；如果其他程序也在用这个应用，请调低 calls_per_second。在 Postgres 扩展里，每个会话都相当于另一个程序。",
	}
	adviceThrottledMinute = Advice{
		"The app has reached its limit of calls per minute: wait a minute, then run the query again.",
		"应用已达到每分钟的调用上限：请等一分钟再查询。",
	}
	adviceMonthSpent = Advice{
		"The organization's API calls of this month are used up: buy a larger package in the DingTalk console, or wait for the first of the month.",
		"组织本月的 API 调用量已用完：请在钉钉管理后台升级版本或购买增购包，或者等到下月 1 日。",
	}
	adviceDaySpent = Advice{
		"The API calls of this day are used up: run the query again tomorrow, or ask DingTalk's support for a larger quota.",
		"当天的 API 调用量已用完：请明天再查询，或者联系钉钉技术支持提高额度。",
	}
	adviceDayAllowanceSpent = Advice{
		"The next call is free at %s: wait until then, or ask for less. If the organization's month has calls left, raise calls_per_day in the connection.",
		"已达到 calls_per_day 的上限，下一次调用要等到 %s：请到时再查询，或者缩小查询范围；如果组织本月还有调用量，也可以调高连接配置里的 calls_per_day。",
	}
	adviceRunSpent = Advice{
		"Ask for less, or run it again with a larger number.",
		"已达到本次运行的调用次数上限：请缩小查询范围，或者调高上限后重新运行。",
	}

	adviceTokenRefused = Advice{
		"The access token is refused: check that app and endpoint belong to the same region, and that the app is still enabled.",
		"访问凭证被拒绝：请确认应用与 endpoint 属于同一地区，并且应用没有被停用。",
	}
	adviceTokenLost = Advice{
		"The access token did not reach DingTalk. A proxy or gateway on the way removes it from the request: let the proxy pass the header x-acs-dingtalk-access-token and the bodies of requests unchanged, or let this program reach DingTalk without the proxy (NO_PROXY).",
		"访问凭证没有到达钉钉，中途被代理或网关去掉了：请让代理原样放行请求头 x-acs-dingtalk-access-token 和请求体，或者让本程序绕过代理（NO_PROXY）。",
	}
	adviceOwnToken = Advice{
		"The access token has expired, is revoked or belongs to another region, and a token given as access_token is never refreshed: put a new one into access_token (DINGTALK_ACCESS_TOKEN), or use client_id and client_secret instead.",
		"访问凭证已过期、已失效，或者属于另一个地区；access_token 里的凭证不会自动刷新：请在 access_token（DINGTALK_ACCESS_TOKEN）里填写新的凭证，或者改用 client_id 和 client_secret。",
	}
	adviceCredentials = Advice{
		"The app's credentials are refused: check client_id and client_secret (DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET), corp_id and suite_ticket if you set them, and that endpoint is the region in which the app was created.",
		"应用的凭证被拒绝：请检查 client_id 和 client_secret（DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET），如果设置了 corp_id 和 suite_ticket 也请检查，并确认 endpoint 是创建该应用的地区。",
	}
	adviceCorpID = Advice{
		"DingTalk answers so where corp_id is wrong, or the app does not belong to that organization: check corp_id (DINGTALK_CORP_ID) and client_id (DINGTALK_CLIENT_ID). If both are right, run the query again in a few minutes.",
		"corp_id 有误，或者应用不属于该组织时，钉钉会这样返回：请检查 corp_id（DINGTALK_CORP_ID）和 client_id（DINGTALK_CLIENT_ID）。如果两者都正确，请过几分钟重新查询。",
	}

	// advicePermission and advicePermissionAt name permissions, and where to apply for
	// them: on a page of the console, or by a link of DingTalk's.
	advicePermission = Advice{
		"Apply for the permission %s on the app's Permission Management page in the DingTalk developer console, then run the query again.",
		"请在钉钉开发者后台该应用的“权限管理”页面开通%s，然后重新查询。",
	}
	advicePermissionAt = Advice{
		"Apply for the permission %s at %s, then run the query again.",
		"请打开 %[2]s 申请%[1]s，然后重新查询。",
	}
	adviceAddress = Advice{
		"Add this machine's public IP address to the server IP allowlist of the app in the DingTalk developer console.",
		"请在钉钉开发者后台，把本机的公网 IP 地址加到该应用“安全设置”页面的服务器出口 IP 里。",
	}
	adviceAddressBlocked = Advice{
		"DingTalk has blocked this machine's IP address for about 5 minutes for too many calls: wait, then run the query again.",
		"本机的 IP 地址调用次数过多，被钉钉禁止调用约 5 分钟：请稍后重新查询。",
	}
	adviceAddressShared = Advice{
		"Too many organizations call DingTalk from this machine's public IP address, and DingTalk refuses it for good: call from another address.",
		"通过本机公网 IP 地址调用钉钉的组织太多，钉钉会一直拒绝：请换一个 IP 地址调用。",
	}
	adviceAppDisabled = Advice{
		"The app is disabled: an administrator of the organization can enable it in the DingTalk developer console.",
		"应用已停用：请组织的管理员在钉钉开发者后台启用它。",
	}
	adviceOrgDisabled = Advice{
		"DingTalk has disabled the organization: ask DingTalk's support why.",
		"组织已被钉钉禁用：请联系钉钉技术支持了解原因。",
	}
	adviceRange = Advice{
		"The app may not see this part of the address book: widen its range (permission scope of the address book) on the app's Permission Management page in the DingTalk developer console.",
		"这部分通讯录不在应用的权限范围内：请在钉钉开发者后台该应用的“权限管理”页面，扩大通讯录权限范围。",
	}
	adviceNotAllowed = Advice{
		"Neither the app nor the user on whose behalf it calls may see this: widen the app's scope in the DingTalk developer console, or name another user.",
		"应用或所用的用户无权查看：请在钉钉开发者后台扩大应用的权限范围，或者换一个用户。",
	}
	adviceNameAnother = Advice{
		"The user on whose behalf the call was made may not see this: name another in acting_union_id. A user id is no union id: dingtalk_user has both.",
		"所用的用户无权查看：请在 acting_union_id 里换一个用户。userId 不是 unionId，dingtalk_user 里两者都有。",
	}
	adviceUnknownActing = Advice{
		"DingTalk does not know the user on whose behalf the call was made: check acting_union_id. A user id is no union id: dingtalk_user has both.",
		"钉钉不认识所用的用户：请检查 acting_union_id。userId 不是 unionId，dingtalk_user 里两者都有。",
	}
	adviceNoActingUser = Advice{
		"DingTalk returns this only on behalf of a user: name one in acting_union_id (DINGTALK_ACTING_UNION_ID), a union id of dingtalk_user",
		"钉钉要求以某个用户的身份查询这些数据：请在 acting_union_id（DINGTALK_ACTING_UNION_ID）里填写一个用户的 unionId，可以在 dingtalk_user 里查到。",
	}
	adviceOrgBarred = Advice{
		"DingTalk bars the organization from this: ask DingTalk's support why.",
		"组织的访问受到钉钉限制：请联系钉钉技术支持了解原因。",
	}
	adviceNotOurs = Advice{
		"The meeting belongs to another organization, or the app may not see it: check the id.",
		"会议属于其他组织，或者应用无权查看：请检查 ID。",
	}
	adviceRoomRefused = Advice{
		"DingTalk does not return the bookings of this room to the user on whose behalf the call was made: name another in acting_union_id, or name the other rooms in room_id.",
		"所用的用户看不到这间会议室的预订：请在 acting_union_id 里换一个用户，或者在 room_id 里只写其他会议室。",
	}
	adviceNoRoomLicence = Advice{
		"The organization has no licence for DingTalk's meeting rooms: buy one in the DingTalk console, or leave the tables of rooms out.",
		"组织没有开通钉钉的智能会议室：请在钉钉管理后台购买，或者不要查询会议室的表。",
	}
	adviceConferenceClosed = Advice{
		"DingTalk has closed the meeting and returns nothing more about it: leave it out of the query.",
		"会议已被关闭，钉钉不再返回它的信息：请不要在查询里包含它。",
	}

	adviceBadRequest = Advice{
		"DingTalk does not accept one of the values in this call, and will answer the same again: check the values in the query's conditions and in the connection.",
		"钉钉不接受这次调用里的某个值，重试也不会成功：请检查查询条件和连接配置里的值。",
	}
	// DingTalk does not say which value it misses.
	adviceBadCalendar = Advice{
		"DingTalk does not accept one of the values in this call: check union_id, and bound start_time on both sides. A user id is no union id: dingtalk_user has both.",
		"钉钉不接受这次调用里的某个值：请检查 union_id，并给 start_time 同时写上起止两个界限。userId 不是 unionId，dingtalk_user 里两者都有。",
	}
	adviceBadEvent = Advice{
		"DingTalk does not accept one of the values in this call: check union_id and the id of the event. A user id is no union id: dingtalk_user has both.",
		"钉钉不接受这次调用里的某个值：请检查 union_id 和日程 ID。userId 不是 unionId，dingtalk_user 里两者都有。",
	}
	adviceBadRoom = Advice{
		"DingTalk does not accept one of the values in this call: check room_id and acting_union_id. A user id is no union id: dingtalk_user has both.",
		"钉钉不接受这次调用里的某个值：请检查 room_id 和 acting_union_id。userId 不是 unionId，dingtalk_user 里两者都有。",
	}
	// adviceUnknownCode has to be right for every cause.
	adviceUnknownCode = Advice{
		"This program does not know the code: look it up in DingTalk's documentation of error codes, or ask DingTalk's support, with the request id.",
		"本程序不认识这个错误码：请在钉钉的全局错误码文档里查找，或者把请求 ID 提供给钉钉技术支持。",
	}

	adviceOddAnswer = Advice{
		"DingTalk's answers contradict one another: run the query again. If the error comes again, report it to DingTalk's support, or as an issue of this plugin.",
		"钉钉返回的数据前后矛盾：请重新查询。如果再次报错，请联系钉钉技术支持，或者给本插件提交 issue。",
	}
	adviceHalf = Advice{
		"DingTalk returned the beginning of the list and refused the rest: run the query again.",
		"钉钉只返回了列表的开头，拒绝返回其余部分：请重新查询。",
	}
	adviceOddForm = Advice{
		"The answer is not what DingTalk documents. If endpoint is DingTalk's, run the query again, and report an error that comes again as an issue of this plugin, with the text above.",
		"钉钉返回的内容与它的文档不符。如果 endpoint 是钉钉的地址，请重新查询；如果再次报错，请给本插件提交 issue，并附上上面的文字。",
	}
	adviceNotAPI = Advice{
		"Check that the endpoint is the DingTalk Open API, and that no proxy answers in its place.",
		"请确认 endpoint 是钉钉开放平台的地址，并且没有代理替它应答。",
	}
	adviceEndpoint = Advice{
		"There is no such call at this address: check endpoint (DINGTALK_ENDPOINT), and legacy_endpoint (DINGTALK_LEGACY_ENDPOINT) if you set it.",
		"这个地址没有该接口：请检查 endpoint（DINGTALK_ENDPOINT），如果设置了 legacy_endpoint（DINGTALK_LEGACY_ENDPOINT）也请检查。",
	}
	adviceRedirect = Advice{
		"Redirects are not followed, since the access token would travel along: check the endpoint.",
		"本程序不跟随重定向，以免访问凭证被带到别处：请检查 endpoint。",
	}

	adviceWebPage = Advice{
		"A web page came in place of an answer. A proxy, a gateway or another web server may have sent it: check the endpoint and the proxy. DingTalk itself may send one for about 5 minutes to an address that made too many calls: wait, then run the query again.",
		"返回的是网页，可能来自代理、网关或其他网站：请检查 endpoint 和代理。IP 地址调用次数过多时，钉钉也会在约 5 分钟内返回网页：请稍后重新查询。",
	}
	adviceWebServer = Advice{
		"A web server that is not the DingTalk Open API answered: check endpoint (DINGTALK_ENDPOINT), and legacy_endpoint (DINGTALK_LEGACY_ENDPOINT) if you set it.",
		"应答的不是钉钉开放平台，而是其他网站：请检查 endpoint（DINGTALK_ENDPOINT），如果设置了 legacy_endpoint（DINGTALK_LEGACY_ENDPOINT）也请检查。",
	}
	adviceGateway = Advice{
		"A proxy or gateway answered in place of DingTalk: run the query again in a few minutes. If the error stays, check the proxy and the endpoint.",
		"应答的是代理或网关，而不是钉钉：请过几分钟重新查询。如果仍然报错，请检查代理和 endpoint。",
	}
	adviceProxyChanges = Advice{
		"A proxy or gateway refused the request before it reached DingTalk: check that the proxy speaks https to DingTalk, limits no headers, and lets DingTalk's hosts pass, or go around it (NO_PROXY).",
		"请求在到达钉钉之前被代理或网关拒绝：请确认代理用 https 连接钉钉、不限制请求头、放行钉钉的域名，或者绕过代理（NO_PROXY）。",
	}
	adviceProxyRefuses = Advice{
		"The proxy does not let this program pass: put the user name and password that it wants into HTTPS_PROXY (http://user:password@host:port), or go around it (NO_PROXY).",
		"代理不放行本程序：请把代理要求的用户名和密码写进 HTTPS_PROXY（http://user:password@host:port），或者绕过代理（NO_PROXY）。",
	}
	adviceNotTLS = Advice{
		"What listens there does not speak https: check the endpoint and its port, and that the proxy's own address begins with http:// where it speaks http.",
		"对方没有使用 https：请检查 endpoint 和端口；如果代理使用 http，代理自身的地址应该以 http:// 开头。",
	}
	adviceUntrusted = Advice{
		"This machine does not trust the certificate. Where a company's proxy inspects traffic, put the company's root certificate into a PEM file and name the file in SSL_CERT_FILE (on macOS and Windows, add it to the system's certificates), then start the program again.",
		"本机不信任这个证书。如果公司的代理会检查流量，请把公司的根证书存成 PEM 文件，在 SSL_CERT_FILE 里写明该文件（在 macOS 和 Windows 上，请加到系统证书里），然后重新启动本程序。",
	}
	adviceCertificate = Advice{
		"The certificate is not valid for this host or at this time: check the endpoint, this machine's clock, and a proxy that inspects traffic.",
		"证书与主机不符，或者不在有效期内：请检查 endpoint、本机时间，以及会检查流量的代理。",
	}

	adviceNotFound = Advice{
		"There is no such thing: check the id.",
		"查不到：请检查 ID。",
	}
	adviceNoConference = Advice{
		"There is no such conference: check the id.",
		"查不到该会议：请检查 ID。",
	}
	adviceNoRoomCode = Advice{
		"There is no such room code: check it.",
		"会议号无效：请检查会议号。",
	}
	adviceNoRecording = Advice{
		"The conference has no cloud recording.",
		"该会议没有云录制。",
	}
	adviceNoEvent = Advice{
		"There is no such event, or it was deleted: check the id.",
		"查不到该日程，或者它已被删除：请检查 ID。",
	}
	adviceNoUser = Advice{
		"There is no such user in the organization: check the id.",
		"组织里查不到该员工：请检查 ID。",
	}
	adviceNoDepartment = Advice{
		"There is no such department: check the id.",
		"查不到该部门：请检查 ID。",
	}
	adviceNoSchedule = Advice{
		"There is no such schedule: check the id.",
		"查不到该预约会议：请检查 ID。",
	}
	adviceCancelled = Advice{
		"It was cancelled.",
		"已被取消。",
	}
	adviceEmpty = Advice{
		"There is nothing in it.",
		"没有内容。",
	}
)

// AdviceGone is the advice if DingTalk listed something and then does not find it.
var AdviceGone = Advice{
	"DingTalk listed it, and then did not find it: run the query again. If the error stays, ask DingTalk's support, with the request id if there is one.",
	"钉钉刚刚列出了它，随后却查不到：请重新查询。如果仍然报错，请把请求 ID（如果有）提供给钉钉技术支持。",
}

// AdviceLeft is the advice if DingTalk listed a person and then does not find them.
var AdviceLeft = Advice{
	"The person left the organization, or the range of the app, between two calls: run the query again.",
	"该员工在两次调用之间离开了组织，或者离开了应用的权限范围：请重新查询。",
}

// advice returns what a person can do about the error.
func (e *Error) advice() Advice {
	if e.Kind == NoPermission {
		if e.ApplyURL != "" {
			link := shown(e.ApplyURL, mostOfText)
			return advicePermissionAt.format(e.scopes(), Advice{link, link})
		}
		return advicePermission.format(e.scopes())
	}
	if e.Advice != (Advice{}) {
		return e.Advice
	}
	switch e.Kind {
	case Transient:
		switch {
		case e.Status == 0:
			return adviceNoAnswer
		case len(e.RequiredScopes) > 0:
			return adviceUnknownError.format(e.scopes())
		default:
			return adviceTransient
		}
	case Busy:
		return adviceTransient
	case UnknownHost:
		return adviceUnknownHost
	case Throttled:
		return adviceThrottled
	case ThrottledMinute:
		return adviceThrottledMinute
	case Unauthenticated:
		return adviceTokenRefused
	case OwnTokenRefused:
		return adviceOwnToken
	case BadCredentials:
		return adviceCredentials
	case AddressNotAllowed:
		return adviceAddress
	case AddressBlocked:
		return adviceAddressBlocked
	case QuotaSpent:
		return adviceMonthSpent
	case BadRequest:
		return adviceBadRequest
	case NotAllowed:
		return adviceNotAllowed
	case OutOfRange:
		return adviceRange
	case NotFound:
		return adviceNotFound
	case Cancelled:
		return adviceCancelled
	case Empty:
		return adviceEmpty
	default:
		if e.Status/100 == 3 {
			return adviceRedirect
		}
		return adviceNotAPI
	}
}

// scopes returns the permissions that the call needs, as a list for a sentence.
func (e *Error) scopes() Advice {
	if len(e.RequiredScopes) == 0 {
		return Advice{"of this API", "本接口所需的权限点"}
	}
	return Advice{shown(strings.Join(e.RequiredScopes, ", "), mostOfText), "权限点 " + shown(strings.Join(e.RequiredScopes, "、"), mostOfText)}
}

// adviceForHTML returns the advice for a web page in place of an answer.
func adviceForHTML(status int) Advice {
	switch {
	case status == http.StatusOK, status == http.StatusForbidden, status == http.StatusTooManyRequests:
		return adviceWebPage // DingTalk also sends one to a blocked address
	case status >= 500, status == http.StatusRequestTimeout:
		return adviceGateway
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return adviceWebServer
	case status == http.StatusProxyAuthRequired:
		return adviceProxyRefuses
	default: // 400 from a proxy that speaks http to the https port, 401, 431, …
		return adviceProxyChanges
	}
}
