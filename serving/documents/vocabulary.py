"""The vocabulary of ledger headers: what the fields of a line item are called in six languages."""

from collections.abc import Mapping
from typing import Final

FIELD_SPELLINGS: Final[Mapping[str, Mapping[float, str]]] = {
    "description": {
        1.0: """
            item description, line description, product description, item text, article description,
            item name, material description, goods description, description of goods, line item
            description, product name, invoice line description, commodity description, po line
            description, requisition description, positionstext, artikelbezeichnung, artikeltext,
            materialkurztext, produktbezeichnung, libelle article, designation, designation article,
            designation produit, descripcion del articulo, descripcion articulo,
            artikelomschrijving, productomschrijving, descrizione articolo, descrizione prodotto,
            bezeichnung""",
        0.95: """
            description, beschreibung, descripcion, omschrijving, descrizione, descricao, kurztext,
            short text""",
        0.9: "invoice description, descriptive text, denominazione, long text, material text",
        0.85: """
            narrative, transaction description, libelle, item, product, article, artikel, line text,
            langtext""",
        0.8: """
            details, buchungstext, libelle ecriture, concepto, goods services, item details,
            material, articulo, articolo, produkt, produit, producto, prodotto, what was bought""",
        0.75: "particulars, text, leistung",
        0.72: "purpose of expenditure, purpose of spend, verwendungszweck, objet, oggetto, line memo",
        0.7: """
            purpose, expense type, expenditure type, expense description, type of expense, memo,
            subject""",
        0.68: """
            account description, gl description, gl account description, nominal description,
            comments, subjective description, cost element description, cac description 1,
            expenditure description""",
        0.64: """
            account name, expenditure category, expense category, spend category, category
            description, kostenart, kontobezeichnung, sachkonto bezeichnung, libelle compte,
            kostensoort, nominal name, gl name, cost type""",
        0.55: """
            merchant category, mcc description, category, subcategory, nature, commodity,
            grootboekrekening, subjective, product group, sub classification, konto, compte, cuenta,
            conto, service, label""",
    },
    "amount": {
        1.0: """
            net amount, amount net, net value, line net amount, amount exvat, value exvat, net
            spend, net cost, nettobetrag, nettowert, betrag netto, betrag exvat, montant exvat,
            montant net, total exvat, importe neto, base imponible, importe exvat, nettobedrag,
            bedrag exvat, imponibile, importo netto, cost exvat, net total, line total exvat, total
            amount exvat, price exvat, spend exvat, net""",
        0.95: """
            amount, line amount, line item value, line value, amount in sterling, betrag, montant,
            importe, monto, bedrag, importo, valor neto, net price, netto, nettopreis, amount in
            local currency, line item amount""",
        0.9: """
            line total, extended price, extended amount, extended cost, total line value, spend,
            spend amount, transaction amount, local amount, amount in document currency,
            positionswert, gesamtpreis, zeilenbetrag""",
        0.85: """
            total amount, invoice amount, payment amount, amount paid, paid amount, actual spend,
            total spend, total cost, total price, total value, rechnungsbetrag, gesamtbetrag,
            importe total, importo totale, spend total, transaction value, invoice value, payment
            value, purchase amount, expenditure, prix total, cost amount""",
        0.82: """
            gross amount, gross value, original gross amount, amount incvat, value incvat,
            bruttobetrag, betrag incvat, montant incvat, importe incvat, bedrag incvat, total
            incvat, importo lordo, brutobedrag, betrag brutto""",
        0.78: """
            billing gross amount, value, cost, wert, valor, valeur, valore, gross, brutto, total
            incvat""",
        0.7: """
            total, summe, somme, totale, totaal, sum, umsatz, kosten, cout, coste, costo, payment,
            paid""",
        0.4: "price, preis, prix, precio, prijs, prezzo, debit, soll",
    },
    "currency": {
        1.0: """
            currency, currency code, document currency, invoice currency, transaction currency,
            waehrung, devise, monnaie, moneda, divisa, valuta, waehrungsschluessel, iso currency,
            currency key, wkz, waers""",
        0.9: "local currency, original currency, billing currency code, billing currency",
    },
    "date": {
        1.0: """
            transaction date, purchase date, date of purchase, buchungsdatum, rechnungsdatum,
            belegdatum, bestelldatum""",
        0.95: """
            order date, invoice date, po date, date facture, date de facture, date de la facture,
            fecha factura, fecha de factura, factuurdatum, data fattura, date achat, date commande,
            fecha de compra, besteldatum""",
        0.9: """
            posting date, document date, booking date, gl date, accounting date, date comptable,
            date piece, fecha contable, boekdatum, boekingsdatum, data documento, data
            registrazione, buchungstag, expense date""",
        0.85: """
            date, payment date, date of payment, paid date, date paid, datum, fecha, data,
            zahlungsdatum, betaaldatum, date de paiement, fecha de pago, data pagamento, date of
            transaction, receipt date, cleared date""",
        0.82: """
            delivered to client date, delivery date, delivered date, lieferdatum, leverdatum, date
            de livraison""",
        0.7: "effective date, clearing date, settlement date, service date, leistungsdatum",
        0.6: "period, month, invoice month, posting period, delivered, monat, mois, mes, maand, mese",
    },
    "quantity": {
        1.0: """
            quantity, line item quantity, quantity ordered, quantity delivered, quantity invoiced,
            order quantity, menge, quantite, cantidad, hoeveelheid, quantita, quantity received,
            item quantity, bestellmenge""",
        0.9: "anzahl, aantal, stueckzahl, number of units, count, stuckzahl",
        0.6: "units, pieces, packs, volume, nombre, unidades",
    },
    "unit": {
        1.0: """
            unit of measure, unit of measure code, unit code, quantity unit, order unit, einheit,
            mengeneinheit, bestelleinheit, unite, unite de mesure, unidad de medida, unidad,
            eenheid, unita di misura, unita""",
        0.85: """
            unit, units of measure, measure, measurement unit, um, me, base unit, pack type, pack,
            verpackung""",
    },
    "country": {
        1.0: "buyer country, country of buyer, entity country, company country, buyer country code",
        0.9: "country, country code, land, pays, pais, paese, nazione, laenderschluessel",
    },
    "supplier": {
        1.0: """
            supplier, supplier name, vendor, vendor name, merchant name, payee, payee name, name of
            supplier, lieferant, lieferantenname, name des lieferanten, fournisseur, nom
            fournisseur, nom du fournisseur, proveedor, nombre proveedor, nombre del proveedor,
            leverancier, leveranciersnaam, fornitore, nome fornitore""",
        0.95: """
            merchant, beneficiary, beneficiary name, creditor, creditor name, kreditor,
            kreditorname, kreditorenname, supplier description, vendor description, beneficiaire,
            beneficiario, acreedor, crediteur, crediteurnaam""",
        0.85: """
            seller, seller name, trading partner, contractor, paid to, ragione sociale, supplier
            beneficiary, haendler""",
        0.7: "provider, recipient, tiers, shop, store, geschaeftspartner, company supplied by",
        0.5: "name, name 1, counterparty, manufacturer",
    },
    "category_code": {
        1.0: """
            unspsc, unspsc code, cpv, cpv code, cpv codes, naics, naics code, hs code, nace, nace
            code, cn code, psc, commodity code, product service code, emdn, emdn code, customs
            tariff number, tariff code, zolltarifnummer, codigo cpv, code cpv, codice cpv, taric,
            harmonized code, hts code, eclass, sic code""",
        0.9: "category code, class code, classification code, category number, product category code",
        0.8: """
            material group, warengruppe, warengruppennummer, proclass, gpc, merchant category code,
            mcc""",
    },
    "category_scheme": {
        1.0: """
            category scheme, code scheme, classification scheme, scheme, category code scheme,
            taxonomy""",
    },
    "gtin": {
        1.0: """
            gtin, gtin 13, ean, ean code, ean 13, barcode, bar code, upc, upc code, strichcode, gtin
            ean""",
    },
    "buyer": {
        1.0: """
            buyer, buyer name, buying entity, purchaser, entity, entity name, besteller, acheteur,
            comprador, koper""",
        0.85: """
            organisation label, organisation name, organisation, legal entity, body name, authority,
            trust, contracting authority, gesellschaft, entite, entidad, ente, acquirente, authority
            name, public body""",
        0.6: """
            company, company name, customer, customer name, mandant, buchungskreis, sociedad,
            societe, company code""",
    },
    "cost_centre": {
        1.0: """
            cost centre, cost centre name, cost centre description, kostenstelle, centre de cout,
            centro de coste, centro de costo, kostenplaats, centro di costo, centre de couts,
            kostenstellenbezeichnung""",
        0.95: "expense area, expenditure area, cac description 2",
        0.85: """
            department, department name, abteilung, departement, departamento, afdeling, reparto,
            business unit""",
        0.8: """
            service division label, service division, service area, service label, cost centre code,
            kst""",
        0.7: """
            organisational unit, directorate, division, directorate name, organisation unit,
            fachbereich""",
        0.5: "team, project, project code, ward, location, cost code, filiale, site",
    },
    "line_id": {
        1.0: """
            line id, invoice line id, record id, row id, unique id, line item id, transaction line
            id, uuid""",
        0.9: """
            id, transaction number, transaction id, entry number, transaction reference, entry id,
            unique reference""",
        0.7: """
            document number, belegnummer, buchungsnummer, reference, reference number, voucher
            number, key, guid""",
        0.6: """
            line number, invoice number, line, row, item number, position, rechnungsnummer, order
            number, row number""",
    },
    "debit": {
        1.0: """
            debit, debits, debit amount, soll, sollbetrag, debe, dare, paid out, money out, withdrawal,
            withdrawals, payments out, amount debit, debet, importe debe, dr""",
    },
    "credit": {
        1.0: """
            credit, credits, credit amount, haben, habenbetrag, haber, avere, paid in, money in,
            deposit, deposits, payments in, amount credit, importe haber, cr""",
    },
    "debit_or_credit": {
        1.0: """
            d c, dc, dr cr, debit credit, debit credit indicator, debit or credit, s h, sh, soll
            haben, soll haben kennzeichen, s h kennzeichen, shkzg, credit debit indicator, c d""",
    },
    "unit_price": {
        1.0: """
            unit price, unit cost, price per unit, cost per unit, price each, cost each, item price,
            unit rate, price per item, unit net price, net unit price, einzelpreis, stueckpreis,
            preis pro stueck, preis je einheit, prix unitaire, pu exvat, prix unitaire exvat, precio
            unitario, stuksprijs, eenheidsprijs, prijs per stuk, prezzo unitario, unit price exvat,
            unit value, rate""",
    },
}
"""Field -> weight -> spellings; behind the fields of a line item, what an amount can be worked out from.

Item texts weigh more than account labels, net amounts more than gross ones.

``exvat`` and ``incvat`` stand for every way to say "without" and "with value added tax"."""

ABBREVIATIONS: Final[Mapping[str, str]] = {
    "desc": "description",
    "descr": "description",
    "descn": "description",
    "amt": "amount",
    "amnt": "amount",
    "cur": "currency",
    "curr": "currency",
    "ccy": "currency",
    "crcy": "currency",
    "qty": "quantity",
    "qte": "quantite",
    "qta": "quantita",
    "no": "number",
    "nr": "number",
    "num": "number",
    "nbr": "number",
    "trans": "transaction",
    "txn": "transaction",
    "trx": "transaction",
    "inv": "invoice",
    "dept": "department",
    "cat": "category",
    "ref": "reference",
    "acc": "account",
    "acct": "account",
    "org": "organisation",
    "organization": "organisation",
    "serv": "service",
    "val": "value",
    "center": "centre",
    "ctr": "centre",
    "nett": "net",
    "dt": "date",
    "directorates": "directorate",
    "suppliers": "supplier",
    "exp": "expenditure",
    "wahrung": "waehrung",
    "amounts": "amount",
    "benef": "beneficiary",
    "mfr": "manufacturer",
    "uom": "unit of measure",
}
"""Abbreviation or variant -> the word that the spellings use."""

COUNTED_AGAINST: Final[Mapping[str, str]] = {
    "description": """
        amount area beneficiary btw buyer centre code company cost currency customer date department
        directorate division entity id inco iva key merchant no number payee price reference scheme
        supplier tax tva type unit vat vendor""",
    "amount": """
        account balance btw budget code country date description discount einzelpreis exchange fee
        freight id insurance irrecoverable iva limit list mwst number old pack per percentage
        previous quantity rate recommended recoverable reference share shipping tax threshold tva
        type unit unitaire ust vat weight""",
    "currency": "amount exchange number rate value",
    "date": """
        birth created due echeance end expected expiry faellig first planned recorded requested
        required scadenza scheduled sent start vencimiento""",
    "quantity": "amount code max maximum min minimum per price unit value",
    "unit": "amount business cost department description name number organisational per price value",
    "country": "delivery destination manufacturer merchant origin payee risk seller ship supplier vendor",
    "supplier": """
        address amount category city class code country date group id inco invoice item key no nr
        number nummer part postcode product reference site sku status term town type unit vat""",
    "category_code": "account cost country currency department postal supplier vendor",
    "gtin": "",
    "buyer": "code date email id key no number reference type unit",
    "cost_centre": "manufacturing delivery amount date family manager owner type",
    "line_id": "account cost customer date department product project supplier vendor",
    "category_scheme": "",
    "debit": "account card date limit note number reference",
    "credit": "account card date limit note number reference",
    "debit_or_credit": "",
    "unit_price": "average currency date exchange freight list old previous recommended retail tax vat",
}
"""Field -> words that speak against it, such as "vat" against the amount."""
