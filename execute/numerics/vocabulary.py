"""The column names by which CRMs, advertising platforms and people call each field.

In each list the preferred name comes first. Case, accents, punctuation, brackets, underscores and
camel humps do not matter. English names first, then German, Spanish, French, Portuguese, Italian
and Dutch ones.
"""


def names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(",") if name.strip())


OWNER = (
    "owner, owner name, sales agent, sales rep, salesperson, sales person, account executive, "
    "rep, assigned to, responsible, user, owner full name, owner email, sr id, owner id, owner "
    "user id, verantwortlich, zuständig, besitzer, vertriebsmitarbeiter, propietario, vendedor, "
    "responsable, propriétaire, commercial, proprietário, responsável, proprietario, venditore, "
    "responsabile, eigenaar, verkoper"
)
CURRENCY = (
    "currency, currency code, amount currency, deal currency, currency iso code, currency symbol, "
    "account currency, währung, währungscode, moneda, código de moneda, devise, code devise, "
    "moeda, código da moeda, valuta, codice valuta, valutacode"
)
CAMPAIGN = (
    "campaign, campaign name, primary campaign source, utm campaign, session campaign, kampagne, "
    "kampagnenname, campaña, nombre de la campaña, campagne, nom de la campagne, nome da "
    "campanha, campanha, campagna, nome della campagna, nome campagna, campagnenaam, campaign "
    "group name, campaign id, fb campaign id, campaign group id, base campaign, identificador de "
    "la campaña, kampagnen id, id da campanha, id campagna"
)
CHANNEL = (
    "channel, channel name, platform, marketing channel, medium, utm medium, source medium, utm "
    "source, default channel group, session default channel group, traffic source, network, "
    "publisher platform, kanal, plattform, canal, plataforma, canale, piattaforma, kanaal, canal "
    "marketing"
)
PROGRAM = "program, program name, programme, programm, programa, programma, initiative"

ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "products": {
        "external_id": names(
            "product id, external id, record id, sku, product code, internal reference, item "
            "number, product number, code, id, artikelnummer, produkt id, código, código de "
            "producto, référence, référence interne, code produit, codice, codice prodotto, "
            "artikelcode"
        ),
        "name": names(
            "name, product name, product, item, item name, title, deal product, produkt, "
            "produktname, artikel, bezeichnung, producto, nombre, nombre del producto, produit, "
            "nom, nom du produit, produto, nome, nome do produto, prodotto, nome prodotto, naam, "
            "productnaam"
        ),
        "family": names(
            "family, product family, series, product line, product category, category, product "
            "type, line, folder, produktfamilie, kategorie, warengruppe, familia, categoría, "
            "famille, catégorie, família, categoria, famiglia, categorie, productgroep"
        ),
        "list_price": names(
            "list price, sales price, sale price, unit price, standard price, price, retail "
            "price, public price, lst price, listenpreis, verkaufspreis, preis, precio de lista, "
            "precio de venta, precio, prix catalogue, prix de vente, prix, preço de tabela, preço "
            "de venda, preço, prezzo di listino, prezzo di vendita, prezzo, catalogusprijs, "
            "verkoopprijs, prijs"
        ),
        "unit_cost": names(
            "unit cost, cost, cost price, cost of goods, cogs, cost of goods sold, purchase "
            "price, kosten, stückkosten, einstandspreis, einkaufspreis, selbstkosten, coste, "
            "costo, coste unitario, coût, coût unitaire, prix de revient, custo, custo unitário, "
            "costo unitario, prezzo di costo, kostprijs, inkoopprijs"
        ),
        "currency": names(CURRENCY),
    },
    "accounts": {
        "external_id": names(
            "account id, company id, organization id, organisation id, customer id, record id, "
            "external id, seller id, reference, id, kundennummer, kunden id, número de cliente, "
            "numéro client, código do cliente, codice cliente, klantnummer"
        ),
        "name": names(
            "account name, company name, name, account, company, organization name, organisation "
            "name, organization, organisation, customer name, customer, firma, firmenname, "
            "unternehmen, kunde, kundenname, empresa, nombre de la empresa, cuenta, nombre de la "
            "cuenta, nombre, cliente, entreprise, société, nom de l'entreprise, nom du compte, "
            "compte, client, nom, nome da empresa, conta, nome da conta, nome, azienda, nome "
            "azienda, ragione sociale, bedrijf, bedrijfsnaam, klant, klantnaam, naam"
        ),
        "industry": names(
            "industry, sector, segment, vertical, business segment, branche, industrie, "
            "wirtschaftszweig, industria, secteur, secteur d'activité, setor, segmento, "
            "indústria, settore, bedrijfstak"
        ),
        "region": names(
            "region, sales region, territory, state, state region, billing state, billing state "
            "province, regional office, area, bundesland, gebiet, región, provincia, estado, "
            "région, território, regione, regio, provincie, seller state"
        ),
        "country": names(
            "country, country region, billing country, office location, country name, company "
            "country, land, país, pays, paese, nazione"
        ),
        "employees": names(
            "employees, number of employees, no of employees, employee count, headcount, "
            "mitarbeiter, anzahl mitarbeiter, mitarbeiterzahl, empleados, número de empleados, "
            "effectif, nombre d'employés, funcionários, número de funcionários, dipendenti, "
            "numero di dipendenti, werknemers, aantal werknemers, medewerkers"
        ),
        "annual_revenue": names(
            "annual revenue, revenue, turnover, annual turnover, umsatz, jahresumsatz, ingresos "
            "anuales, facturación, chiffre d'affaires, ca annuel, receita anual, faturamento, "
            "fatturato, ricavi annui, omzet, jaaromzet"
        ),
        "website": names(
            "website, web site, website url, company domain name, domain, url, homepage, "
            "webseite, internetseite, sitio web, página web, site web, site internet, site, sito "
            "web, sito"
        ),
        "parent": names(
            "parent account, parent, subsidiary of, parent company, parent account id, parent id, "
            "related company, muttergesellschaft, übergeordnete firma, empresa matriz, matriz, "
            "cuenta principal, société mère, maison mère, empresa mãe, conta pai, società madre, "
            "capogruppo, moederbedrijf"
        ),
        "owner": names("account owner, company owner, organization owner," + OWNER),
    },
    "contacts": {
        "external_id": names(
            "contact id, lead id, person id, mql id, prospect id, record id, external id, lead "
            "number, id, kontakt id, id de contacto, identifiant, id contact, id do contato, id "
            "contatto"
        ),
        "name": names(
            "contact name, full name, person name, lead name, name, contact, lead, vollständiger "
            "name, ansprechpartner, kontakt, nombre completo, contacto, nom complet, nome "
            "completo, contato, nome e cognome, contatto, volledige naam, naam, contactpersoon"
        ),
        "first_name": names(
            "first name, firstname, given name, person first name, vorname, nombre, prénom, "
            "primeiro nome, nome, voornaam"
        ),
        "last_name": names(
            "last name, lastname, surname, family name, person last name, nachname, familienname, "
            "apellido, apellidos, nom, nom de famille, sobrenome, apelido, cognome, achternaam"
        ),
        "email": names(
            "email, e mail, email address, e mail address, person email, work email, primary "
            "email, contact email, mail, email from, e mail adresse, mailadresse, correo, correo "
            "electrónico, adresse e mail, courriel, adresse email, endereço de e mail, indirizzo "
            "e mail, posta elettronica, e mailadres"
        ),
        "phone": names(
            "phone, phone number, telephone, business phone, work phone, person phone, mobile "
            "phone, mobile, mobile phone number, tel, telefon, telefonnummer, mobil, teléfono, "
            "móvil, téléphone, numéro de téléphone, portable, telefone, celular, telefono, "
            "cellulare, telefoon, telefoonnummer, mobiel"
        ),
        "account": names(
            "account name, company name, company, account, organization, organization name, "
            "organisation, associated company, company or account, primary company, employer, "
            "related company, account id, associated company id, firma, unternehmen, firmenname, "
            "empresa, cuenta, entreprise, société, conta, azienda, società, bedrijf, "
            "bedrijfsnaam, organisatie"
        ),
        "title": names(
            "job title, title, position, jobtitle, job position, role, function, "
            "stellenbezeichnung, funktion, cargo, puesto, fonction, poste, função, ruolo, "
            "posizione, functie"
        ),
        "source": names(
            "lead source, source, origin, original source, original traffic source, analytics "
            "source, source name, acquisition source, person source, channel, utm source, quelle, "
            "lead quelle, herkunft, fuente, fuente de leads, origen, origen del lead, source du "
            "lead, origine, provenance, origem, fonte do lead, fonte, origine lead, bron, "
            "leadbron, herkomst"
        ),
        "lead_date": names(
            "first contact date, lead date, create date, created date, created at, created, "
            "created time, createdate, created on, creation date, date created, first seen date, "
            "first conversion date, person created, erstkontakt, erstellt am, erstelldatum, "
            "anlagedatum, fecha de creación, fecha de primer contacto, date de création, date du "
            "premier contact, data de criação, data do primeiro contato, data di creazione, data "
            "primo contatto, aanmaakdatum, datum eerste contact"
        ),
        "owner": names("contact owner, lead owner, person owner," + OWNER),
        "consent": names(
            "consent, email consent, marketing consent, opt in, email opt in, opted in, gdpr "
            "consent, legal basis, subscribed, do not email, email opt out, has opted out of "
            "email, opt out, unsubscribed, unsubscribed from all email, einwilligung, "
            "consentimiento, consentement, consentimento, consenso, toestemming"
        ),
    },
    "deals": {
        "external_id": names(
            "opportunity id, deal id, record id, external id, order id, quote id, opportunity "
            "number, deal number, id, chancen id, angebotsnummer, auftragsnummer, id de la "
            "oportunidad, id del negocio, id de l'opportunité, id da oportunidade, id do negócio, "
            "id opportunità, verkoopkans id"
        ),
        "name": names(
            "deal name, opportunity name, opportunity, deal title, deal, dealname, name, title, "
            "subject, geschäftsname, verkaufschance, opportunity bezeichnung, nombre del negocio, "
            "nombre de la oportunidad, negocio, oportunidad, nom de l'opportunité, opportunité, "
            "nom de l'affaire, affaire, nome do negócio, nome da oportunidade, oportunidade, "
            "negócio, nome opportunità, opportunità, trattativa, nome trattativa, verkoopkans, "
            "naam verkoopkans"
        ),
        "account": names(
            "account name, account, company name, company, organization name, organization, "
            "organisation, associated company, primary company, customer, customer name, partner "
            "name, account name id, account id, associated company ids, company id, organization "
            "id, seller id, customer account, firma, unternehmen, kunde, kundenname, empresa, "
            "cuenta, nombre de la cuenta, cliente, entreprise, société, compte, client, conta, "
            "nome da conta, azienda, account naam, bedrijf, klant"
        ),
        "contact": names(
            "contact name, contact, primary contact, contact person, associated contact, person "
            "name, person, contact email, email, contact name id, contact id, associated contact "
            "ids, lead id, mql id, customer id, kontakt, ansprechpartner, contacto, nombre de "
            "contacto, nom du contact, contato, contatto, contactpersoon"
        ),
        "owner": names("deal owner, opportunity owner," + OWNER),
        "product": names(
            "product name, product, products, item, product interest, product id, produkt, "
            "producto, produit, produto, prodotto"
        ),
        "quantity": names(
            "quantity, qty, units, amount of units, total opportunity quantity, menge, anzahl, "
            "cantidad, quantité, quantidade, quantità, aantal, hoeveelheid"
        ),
        "stage": names(
            "deal stage, stage, stage name, opportunity stage, sales stage, pipeline stage, "
            "dealstage, deal pipeline stage id, phase, vertriebsphase, verkaufsphase, etapa, "
            "etapa del negocio, fase, étape, étape de vente, estágio, etapa do negócio, fase "
            "trattativa, stadio, verkoopfase"
        ),
        "outcome": names(
            "outcome, result, deal status, opportunity status, status, won lost, is won, is "
            "closed won, won, ergebnis, resultado, estado, statut, résultat, situação, esito, "
            "stato, resultaat"
        ),
        "closed": names(
            "is closed, closed, geschlossen, cerrado, fermé, fechado, chiuso, gesloten"
        ),
        "created_date": names(
            "created date, create date, created, engage date, created at, created time, "
            "createdate, created on, creation date, date created, created timestamp, open date, "
            "opened, start date, deal created, erstellt am, erstelldatum, anlagedatum, fecha de "
            "creación, date de création, data de criação, data di creazione, aanmaakdatum"
        ),
        "close_date": names(
            "close date, closing date, closed date, closedate, actual close date, won date, date "
            "won, won time, closed at, close time, date closed, expected close date, expected "
            "closing, deal closed on, processed timestamp, abschlussdatum, schlusstermin, "
            "geschlossen am, fecha de cierre, date de clôture, date de fermeture, data de "
            "fechamento, data di chiusura, sluitingsdatum, afsluitdatum"
        ),
        "list_amount": names(
            "list amount, list value, list price total, gross amount, amount before discount, "
            "total list price, total line items price, list price, listenwert, bruttobetrag, "
            "importe de lista, montant catalogue, montant brut, valor de tabela, importo di "
            "listino, brutobedrag, list"
        ),
        "net_amount": names(
            "net amount, net price, close value, amount, deal value, deal amount, value, amount in "
            "company currency, amount closed, total amount, total price, order total, won amount, "
            "contract value, tcv, betrag, nettobetrag, wert, auftragswert, abschlusswert, "
            "importe, importe neto, valor, monto, montant, montant net, valeur, valor líquido, "
            "valor do negócio, montante, importo, importo netto, valore, bedrag, nettobedrag, "
            "waarde, planned revenue, expected revenue, net"
        ),
        "discount_percent": names(
            "discount percent, discount percentage, discount, discount rate, rabatt, rabatt "
            "prozent, descuento, remise, desconto, sconto, korting"
        ),
        "cost_amount": names(
            "cost amount, cost, total cost, cost of goods sold, cogs, kosten, coste, costo, coût, "
            "custo, kostprijs"
        ),
        "currency": names(CURRENCY),
        "driver": names(
            "closed lost reason, loss reason, lost reason, reason for loss, reason lost, closed "
            "won reason, win reason, reason won, outcome reason, win loss reason, reason, "
            "deciding factor, driver, verlustgrund, absagegrund, grund, motivo de pérdida, "
            "motivo, raison de la perte, raison, motivo da perda, motivo di perdita, motivo "
            "perdita, reden van verlies, reden"
        ),
        "competitor": names(
            "competitor, competitors, main competitor, main competitors, primary competitor, lost "
            "to, wettbewerber, konkurrent, mitbewerber, competidor, concurrent, concorrente, "
            "concurrenten"
        ),
    },
    "touches": {
        "external_id": names(
            "touch id, event id, activity id, engagement id, interaction id, record id, external "
            "id, id"
        ),
        "contact": names(
            "contact, lead or contact id, contact id, contact email, email, email address, "
            "contact name, person id, lead id, who id, user id, prospect id, mql id, person, "
            "customer id, visitor id, user pseudo id, client id, kontakt, contacto, contato, "
            "contatto, contactpersoon"
        ),
        "account": names(
            "account, account name, company, company name, organization, company or account, "
            "account id, company id, firma, empresa, entreprise, société, azienda, bedrijf"
        ),
        "channel": names(CHANNEL + ", lead source, source, session source"),
        "program": names(PROGRAM),
        "campaign": names(CAMPAIGN),
        "kind": names(
            "kind, touch kind, touch type, activity type, event type, event name, event, "
            "interaction type, engagement type, type, action, activity, task subtype, art, "
            "aktivitätstyp, tipo, tipo de actividad, type d'activité, tipo de atividade, tipo di "
            "attività, soort"
        ),
        "occurred_at": names(
            "occurred at, timestamp, event time, event timestamp, event date, date time, "
            "datetime, time, date, activity date, activity due date, touch date, touched at, "
            "interaction date, created at, created date, event datetime, first responded date, "
            "zeitpunkt, zeitstempel, datum, fecha, fecha y hora, horodatage, date et heure, data, "
            "data e hora, data e ora, datum en tijd, tijdstip"
        ),
    },
    "expenses": {
        "external_id": names(
            "expense id, invoice number, invoice id, record id, external id, transaction id, id, "
            "fivetran id, rechnungsnummer, número de factura, numéro de facture, número da "
            "fatura, numero fattura, factuurnummer"
        ),
        "date": names(
            "day, date, date day, gregorian date, expense date, spend date, invoice date, time "
            "period, stat time day, stat time hour, posting date, date start, start date, "
            "reporting starts, campaign start date, period start, from, month, week, tag, datum, "
            "datum von, berichtsstart, startdatum, día, fecha, inicio del informe, fecha de "
            "inicio, jour, date de début, début des rapports, début, dia, data, início dos "
            "relatórios, data de início, giorno, data di inizio, inizio del report, inizio "
            "report, dag, rapportage start"
        ),
        "end_date": names(
            "reporting ends, end date, campaign end date, period end, date stop, date end, last "
            "day, to, berichtsende, enddatum, datum bis, fin del informe, fecha de finalización, "
            "fin des rapports, date de fin, fin, término dos relatórios, encerramento dos "
            "relatórios, data de término, fine del report, data di fine, fine report, einde "
            "rapportage, einddatum"
        ),
        "channel": names(CHANNEL),
        "program": names(PROGRAM),
        "campaign": names(CAMPAIGN),
        "description": names(
            "description, note, memo, comment, details, vendor, supplier, item, ad name, ad group "
            "name, ad group, ad set name, beschreibung, verwendungszweck, anzeigengruppe, "
            "descripción, libellé, descrição, descrizione, omschrijving"
        ),
        "amount": names(
            "amount spent, spend, cost, amount, spent, total spent, total spend, cost micros, "
            "cost in usd, cost in local currency, billed charge local micro, campaign cost, "
            "actual cost, net spend, media cost, expense, ad spend, advertising cost, google ads "
            "cost, session google ads cost, advertiser ad cost, ausgegebener betrag, kosten, "
            "betrag, ausgaben, werbekosten, importe gastado, coste, costo, gasto, importe, "
            "inversión, montant dépensé, coût, dépenses, montant, valor usado, valor gasto, "
            "custo, gastos, investimento, importo speso, spesa, importo, besteed bedrag, "
            "kostenbedrag, uitgaven, bedrag"
        ),
        "currency": names(CURRENCY),
        "state": names(
            "state, status, expense status, payment status, zustand, estado, statut, stato"
        ),
        "impressions": names(
            "impressions, impr, impressionen, impresiones, impressões, impressioni, weergaven, "
            "vertoningen, reports impressions"
        ),
        "clicks": names(
            "clicks, link clicks, inline link clicks, url clicks, klicks, clics, clics en el "
            "enlace, clics sur un lien, cliques, cliques no link, clic, clic sul link, kliks, "
            "linkklikken, clicks all"
        ),
    },
}
