"""Messages about accounts: codes, credentials, and what was changed."""

from __future__ import annotations

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.template import Template

ACCOUNT_TEMPLATES: dict[str, Template] = {
    "verification_code": Template(
        title=Text("您的验证码", "Your verification code"),
        text=Text(
            "您的验证码是 {code}，{minutes} 分钟内有效。",
            "Your verification code is {code}. It is valid for {minutes} minutes.",
        ),
        next_step=Text(
            "请在页面上输入验证码。工作人员不会向您索要，请勿告诉他人；不是您本人操作的，请忽略。",
            "Type it on the page. Nobody of ours will ask you for it, so tell it to nobody. If you "
            "did not ask for it, ignore this message.",
        ),
        sms=Text(
            "验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。非本人操作请忽略。",
            "Code {code}, valid for {minutes} min. Tell it to nobody.",
        ),
        example={"code": "482913", "minutes": "10"},
        source="Q3, Q27",
    ),
    "recovery_code": Template(
        title=Text("找回账户的验证码", "Code to recover your account"),
        text=Text(
            "您正在找回账户，验证码是 {code}，{minutes} 分钟内有效。",
            "You are recovering your account. The code is {code}, valid for {minutes} minutes.",
        ),
        next_step=Text(
            "请在页面上输入验证码并设置新密码；不是您本人操作的，请忽略，密码不会改变。",
            "Type it on the page and choose a new password. If it was not you, ignore this: your "
            "password stays as it is.",
        ),
        sms=Text(
            "找回账户验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。非本人操作请忽略。",
            "Recovery code {code}, valid for {minutes} min. Tell it to nobody.",
        ),
        example={"code": "482913", "minutes": "10"},
        source="Q12, Q34",
    ),
    "delegation_code": Template(
        title=Text("代办验证码", "Code for delegated handling"),
        text=Text(
            "{delegate}申请在您在场时代{institution}办理业务，验证码 {code}，"
            "{minutes} 分钟内有效。",
            "{delegate} asks to act for {institution} in your presence. Code {code}, valid for "
            "{minutes} minutes.",
        ),
        next_step=Text(
            "您在场并同意代办的，请当面告知验证码；否则请忽略。",
            "If you are present and agree, read the code out; otherwise ignore this.",
        ),
        sms=Text(
            "{delegate}申请代{institution}办理业务，您在场并同意的，请当面告知验证码 {code}"
            "（{minutes} 分钟内有效）；否则请忽略。",
            "{delegate} asks to act for {institution}. If you are present and agree, read out "
            "code {code} ({minutes} min).",
        ),
        example={
            "delegate": "西城区医疗服务中心",
            "institution": "北京示例诊所",
            "code": "482913",
            "minutes": "10",
        },
        source="Q54",
    ),
    "activation_code": Template(
        title=Text("您的账户激活码", "Your activation code"),
        text=Text(
            "{institution}已为您生成账户激活码：{code}",
            "{institution} has issued your activation code: {code}",
        ),
        next_step=Text(
            "请登录后在“激活账户”中输入。激活码不再重复发送，遗失的请向机构询问。",
            "Log in and enter it to activate your account. It is not sent again: ask the "
            "institution if you lose it.",
        ),
        sms=Text(
            "{institution}已为您生成账户激活码 {code}，请登录后输入。遗失的请向机构询问。",
            "{institution} issued your activation code {code}. Log in and enter it.",
        ),
        example={"institution": "北京示例医院", "code": "KTRW4829"},
        source="Q5, Q23, Q29, deck 4",
    ),
    "contact_changed": Template(
        title=Text("您的联系方式已更换", "Your contact has been changed"),
        text=Text(
            "您账户的{what}已更换为 {new_address}，操作人：{by}。",
            "The {what} of your account has been changed to {new_address} by {by}.",
        ),
        next_step=Text(
            "不是您本人操作的，请立即找回账户或联系所在机构。",
            "If this was not you, recover your account or speak to your institution at once.",
        ),
        sms=Text(
            "您账户的{what}已更换为 {new_address}（{by}）。"
            "非本人操作请立即找回账户或联系所在机构。",
            "The {what} of your account was changed to {new_address} ({by}). Not you? Recover "
            "your account.",
        ),
        example={"what": "phone", "new_address": "138****8000", "by": ""},
        source="deck 2.2",
    ),
    "password_changed": Template(
        title=Text("您的密码已修改", "Your password has been changed"),
        text=Text(
            "您账户的登录密码已修改，其他登录均已退出。",
            "The password of your account has been changed; every other session was ended.",
        ),
        next_step=Text(
            "不是您本人操作的，请立即找回账户。",
            "If this was not you, recover your account at once.",
        ),
        sms=Text(
            "您账户的登录密码已修改。非本人操作请立即找回账户。",
            "Your password was changed. Not you? Recover your account.",
        ),
        example={"by": ""},
        source="Q12, Q34, deck 2.2",
    ),
    "account_revoked": Template(
        title=Text("您的账户已被撤销", "Your account has been revoked"),
        text=Text(
            "{organisation}已撤销以您的联系方式注册的账户，原因：{reason}",
            "{organisation} has revoked the account registered with this contact: {reason}",
        ),
        next_step=Text(
            "如身份信息确属您本人，请重新注册账户；有异议的请联系该机构。",
            "If the identity is yours, open an account again; if you object, speak to them.",
        ),
        sms=Text(
            # Only the kind: nobody's own words go out as an official SMS.
            "{organisation}已撤销以此联系方式注册的账户（{kind}），详情请询该机构。"
            "身份确属您本人的请重新注册。",
            "{organisation} revoked the account of this contact ({kind}); ask them why. Open one "
            "again if the identity is yours.",
        ),
        example={
            "organisation": "北京示例医院",
            "kind": "其他",
            "reason": "本人到院说明手机号被他人使用",
        },
        source="Q13, Q35, deck 4.1",
    ),
    "name_decided": Template(
        title=Text("姓名确认结果", "Your name has been decided on"),
        text=Text(
            "{organisation}对您姓名的确认结果：{result}",
            "{organisation} has decided about your name: {result}",
        ),
        next_step=Text("请登录查看下一步。", "Log in to see what comes next."),
        sms=Text(
            "{organisation}对您姓名的确认结果：{result}。请登录查看下一步。",
            "{organisation} decided about your name: {result}. Log in to see what comes next.",
        ),
        example={"organisation": "北京示例医院", "result": "confirmed"},
        source="Q4, Q28",
    ),
    "credentials": Template(
        title=Text("您的账户已开通", "Your account is ready"),
        text=Text(
            "{organisation}的账户已开通。用户名：{user_name}，初始密码：{password}",
            "The account of {organisation} is ready. User name: {user_name}, first password: "
            "{password}",
        ),
        next_step=Text(
            "首次登录需输入发送到本手机的验证码。请妥善保管用户名和密码，不要转交他人。",
            "The first log-in needs a code that is sent to this phone. Keep user name and "
            "password to yourself.",
        ),
        sms=Text(
            "{organisation}账户已开通，用户名 {user_name}，密码 {password}。"
            "首次登录需本手机验证码，请勿转交他人。",
            "{organisation}: user {user_name}, password {password}. The first log-in needs a "
            "code sent to this phone.",
        ),
        example={"organisation": "北京示例医院", "user_name": "yyzc001", "password": "Kd7mPq2x"},
        source="Q15, Q36",
    ),
}
