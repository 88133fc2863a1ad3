# The saleswoman of a logistics company who leaves to help her husband's business, and takes her time with the handover.
chapter "一 带走客户的销售 The salesperson who takes clients along"

say "客户和订单来自公司的系统，不在她的手机里 Clients come from the company's systems"
: > "$house/clients.jsonl"
client C-11 上海晨曦医疗器械 E-1001 12000.00
client C-12 苏州恒达精密制造 E-1001 3000.00
client C-13 宁波海拓进出口 E-1002 9000.00
as program clients import "$house/clients.jsonl"
as program clients import "$house/clients.jsonl" > /dev/null
as office clients shares
as wang clients list
client=$(ask wang clients list --number C-11 | member id)
refused exportClients wang clients export --reason 备份 --out "$house/mine.jsonl"
holdings E-1001

say "她二十五天前提出离职：最后工作日依法为三十日后 She gave notice 25 days ago"
as office handover record E-1001 --kind resignation --notice-on "$(day -25)" --reason 协助老公创业
handover=$(ask office handover list --open | member id)
refused 防止客户资源流失 wang clients order --amount 100.00 "$client"
refused 防止客户资源流失 wang clients edit --set name=私有客户 "$client"
as wang clients follow-up "$client" 已告知发货时间

say "指定接收人后，全部客户和未完成订单移交，客户由公司通知 Her clients go to the successor and are told"
as office handover assign "$handover" --successor E-1002 > /dev/null
as office handover close "$handover" assignment > /dev/null
as office clients held E-1001
as li clients list
told() { ask li clients show "$client" | grep -q '"notice":"'; }
until_true "the clients are told" told
as li clients show "$client"

say "她漏报一个客户，并且拖过期限 She leaves a client out, and the day passes"
list=$(items "$handover" open | sed -n 's/^client-list //p')
echo '[{"ref":"C-12","name":"苏州恒达精密制造"}]' > "$house/short.json"
as wang handover submit --rows "$house/short.json" "$handover" "$list"
until_true "her access is frozen" shows office '^frozen' employees show E-1001
as office employees show E-1001
refused 'access is frozen' wang clients list
as office handover clearance "$handover"

say "冻结后仍可补交 What is owed can still be handed in"
hand_in wang "$handover"
as office handover close "$handover" submission > /dev/null
take_over li "$handover"
as zhao handover review --return --opinion 漏报客户C-11，请补全 "$handover" "$list"
rows "$handover" "$list" "$house/rows.json"
as wang handover submit --rows "$house/rows.json" "$handover" "$list"
as li handover take --content-hash "$(content_hash "$handover" "$list")" "$handover" "$list"
first=$(items "$handover" submitted | sed -n 's/^client //p' | head -1)
refused 客户交接确认函 zhao handover review "$handover" "$first"
letters li "$handover"
as zhao handover history "$handover" "$list"

say "逐项验收，按顺序通过，权限收回；法定最后工作日不因此改变 Accepted, passed in order, access closed"
refused 'cannot be passed before' zhao handover pass "$handover" formalities
accept_all zhao "$handover"
refused 'access is frozen' wang clients list
as office clients loss --days 30 --record E-1001

say "证据目录 The dossier"
dossier E-1001
