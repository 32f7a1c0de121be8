/** 给用户看的话。What users read, by the code of a failure. */
const MESSAGES = {
  network: '网络不通，请稍后再试',
  user_blocked: '该账号暂时无法登录',
  logged_out: '你已退出登录',
  user_denied: '你没有授权',
  no_quota: '暂时无法获取手机号，请联系管理员',
  decrypt_failed: '数据已过期，请再点一次',
  decrypt_budget_exhausted: '尝试次数过多，请明天再试',
  rate_limited: '操作太频繁，请稍后再试',
  login_code_rejected: '登录凭证已失效，请再试一次',
  wechat_misconfigured: '服务配置有误，请联系管理员',
}

/** 微信自己的接口失败时只有 errMsg。What WeChat's own calls fail with has an errMsg and nothing else. */
function messageOf({ code, status, message, errMsg }) {
  return MESSAGES[code] || (status >= 500 ? '服务繁忙，请稍后再试' : `出错了：${code || message || errMsg}`)
}

module.exports = { messageOf }
